"""Our F5-TTS against the f5-tts package's own classes and vocos, live, on the same tiny checkpoints."""

import ast
import copy
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from tiny_f5 import tiny_settings
from torch import Tensor, nn

from f5tts_worker.audio import Samples
from f5tts_worker.engines.upstream import UpstreamModel, _package
from f5tts_worker.f5 import sampler
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.dit import Modulation, rotary_table, rotate
from f5tts_worker.f5.duration import Pace, ending_sentence
from f5tts_worker.f5.mel import HOP, SAMPLE_RATE
from f5tts_worker.f5.model import F5Model, PreparedVoice
from f5tts_worker.f5.places import f5_tts_file
from f5tts_worker.f5.sampler import Guidance, Passage, Sampler, time_steps
from f5tts_worker.f5.text_encoder import text_positions
from f5tts_worker.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
MEL_TOLERANCE = 5e-5
WAVE_TOLERANCE = 1e-5  # of the peak
MISSED_BY = 100  # times the tolerance: what a mutant's mel must differ by

V0, V1 = "F5TTS_Base", "F5TTS_v1_Base"
TEXTS = {
    "english": ("The old house stands on a hill.", "Nobody has lived there for years, and nobody asks why."),
    "chinese": ("今天的天气很好。", "我们一起去公园散步，然后回家吃饭。"),
    "mixed": ("他说 hello, 然后走了。", "Version 2.0 of the 模型 is out; 你 can try it, “today”."),
}


@dataclass(frozen=True)
class Case:
    """One chunk, spoken by both."""

    arrangement: str
    text: str
    seed: int = 0
    steps: int = 7
    speed: float = 1.0
    cfg_strength: float = 2.0
    sway: float = -1.0

    @property
    def guidance(self) -> Guidance:
        """As options of a job say it."""
        return Guidance(self.steps, self.cfg_strength, self.sway)

    def __str__(self) -> str:
        extra = f"-cfg{self.cfg_strength:g}" * (self.cfg_strength != 2) + f"-sway{self.sway:g}" * (self.sway != -1)
        return f"{self.arrangement}-{self.text}-seed{self.seed}-{self.steps}steps-speed{self.speed:g}{extra}"


CASES = [
    *(Case(arrangement, text, seed) for arrangement in (V0, V1) for text in TEXTS for seed in (0, 1, 4_294_967_295)),
    *(Case(V0, "english", steps=steps) for steps in (5, 16, 20, 32)),
    *(Case(V1, "mixed", steps=steps) for steps in (5, 16, 20, 32)),
    *(Case(arrangement, "chinese", speed=speed) for arrangement in (V0, V1) for speed in (0.7, 1.4)),
    *(Case(V1, "english", speed=speed) for speed in (0.7, 1.4)),
    *(
        Case(V1, "english", cfg_strength=strength, sway=sway)
        for strength, sway in ((0.0, -1.0), (3.5, 0.0), (2.0, 0.5))
    ),
    Case(V1, "chinese", speed=100),  # more text than frames: the least duration
]


@dataclass(frozen=True, eq=False)
class Spoken:
    """What one of them made of a case."""

    mel: Tensor
    wave: Samples


@cache
def reference_samples() -> Samples:
    """1.8 s, not a whole number of hops: noise with the spectrum, the syllables and the loudness of speech."""
    n = 43_217
    noise = np.random.default_rng(7).standard_normal(n)
    spectrum = np.fft.rfft(noise) / (1 + np.fft.rfftfreq(n, 1 / SAMPLE_RATE) / 500)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(n) / SAMPLE_RATE)
    speech = np.fft.irfft(spectrum, n) * syllables
    return (speech * 0.1 / np.sqrt(np.mean(speech**2))).astype(np.float32)


def pace_of(text: str) -> Pace:
    """The reference's own, with the text of TEXTS."""
    return Pace(len(reference_samples()), ending_sentence(TEXTS[text][0]))


class Pair:
    """Both models, loaded from the same files."""

    def __init__(self, settings: Settings, ours: F5Model, upstream: UpstreamModel) -> None:
        self.settings = settings
        self.ours = ours
        self.upstream = upstream
        self._heard: dict[Case, Spoken] = {}

    @classmethod
    def load(cls, folder: Path, arrangement: str, device: str = "cpu") -> "Pair":
        """Read the files by the two loaders."""
        settings = tiny_settings(folder, arrangement, device=device)
        return cls(settings, F5Model.load(settings), UpstreamModel.load(settings))

    def on(self, device: torch.device, dtype: torch.dtype) -> "Pair":
        """The same weights elsewhere, read anew: the package's model cannot be copied once it has spoken."""
        ours, upstream = F5Model.load(self.settings), UpstreamModel.load(self.settings)
        for module in (ours.vocos, ours.mel, upstream.vocos):
            module.to(device)
        for module in (ours.sampler.dit, upstream.cfm):
            module.to(device, dtype)
        moved = {"device": device, "dtype": dtype}
        return Pair(self.settings, replace(ours, **moved), replace(upstream, **moved))

    def voice(self, case: Case) -> PreparedVoice:
        """The case's reference, as ours needs it."""
        return self.ours.prepare(reference_samples(), pace_of(case.text).spoken_text())

    def upstream_spoken(self, case: Case) -> Spoken:
        """The package's mel and samples; computed once."""
        if case not in self._heard:
            self._heard[case] = self._upstream_spoken(case)
        return self._heard[case]

    @torch.inference_mode()
    def _upstream_spoken(self, case: Case) -> Spoken:
        pace, text = pace_of(case.text), TEXTS[case.text][1]
        mel, _ = self.upstream.cfm.sample(
            cond=torch.from_numpy(reference_samples())[None].to(self.upstream.device),
            text=_package("utils").convert_char_to_pinyin([pace.spoken_text() + text]),
            duration=pace.frames_for(text, case.speed),
            steps=case.steps,
            cfg_strength=case.cfg_strength,
            sway_sampling_coef=case.sway,
            seed=case.seed,
        )
        mel = mel.float()
        return Spoken(mel[0].cpu(), self.upstream.vocos.decode(mel[:, pace.frames :].mT)[0].cpu().numpy())


@torch.inference_mode()
def spoken(model: F5Model, voice: PreparedVoice, case: Case, guidance: Guidance | None = None) -> Spoken:
    """Our mel and samples."""
    text = TEXTS[case.text][1]
    n_frames = pace_of(case.text).frames_for(text, case.speed)
    (mel,) = model.speak_mels(voice, [Utterance(text, n_frames, case.seed)], guidance or case.guidance)
    return Spoken(mel.float().cpu(), model.vocos(mel[voice.n_frames :]).cpu().numpy())


def mel_error(ours: Spoken, upstream: Spoken) -> float:
    """Largest difference of two mels of the same shape."""
    assert ours.mel.shape == upstream.mel.shape
    return float((ours.mel - upstream.mel).abs().max())


def wave_error(ours: Spoken, upstream: Spoken) -> float:
    """Largest difference of two waveforms of the same length, as a part of the peak."""
    assert ours.wave.shape == upstream.wave.shape
    return float(np.abs(ours.wave - upstream.wave).max() / np.abs(upstream.wave).max())


def assert_equal(pair: Pair, case: Case) -> None:
    """Both speak the case alike."""
    ours, upstream = spoken(pair.ours, pair.voice(case), case), pair.upstream_spoken(case)
    errors = mel_error(ours, upstream), wave_error(ours, upstream)
    assert errors[0] <= MEL_TOLERANCE
    assert errors[1] <= WAVE_TOLERANCE


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Models this small are quicker on one, whatever else runs beside."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    """By arrangement."""
    return {name: Pair.load(tmp_path_factory.mktemp(name), name) for name in (V0, V1)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_mel_and_samples_are_the_packages(pairs: dict[str, Pair], case: Case) -> None:
    """Same reference, text and seed: the same mel and samples as of the package's classes."""
    assert_equal(pairs[case.arrangement], case)


@pytest.mark.parametrize("arrangement", [V0, V1])
def test_speak_of_both_engines_agrees(pairs: dict[str, Pair], arrangement: str) -> None:
    """The two models behind ENGINE=f5 and ENGINE=upstream say the same through the interface they share."""
    pace, text = pace_of("mixed"), TEXTS["mixed"][1]
    waves = []
    for model in (pairs[arrangement].ours, pairs[arrangement].upstream):
        voice = model.prepare(reference_samples(), pace.spoken_text())
        waves += model.speak(voice, [Utterance(text, pace.frames_for(text, 1.0), 3)], Guidance(5, 2.0, -1.0))
    assert waves[0].shape == waves[1].shape
    assert np.abs(waves[0] - waves[1]).max() <= WAVE_TOLERANCE * np.abs(waves[1]).max()


# Functions of f5_tts/infer/utils_infer.py, compiled from the installed file: importing it takes half a minute
# (transformers, matplotlib, wandb), and a few lines of it are wanted.


@dataclass(frozen=True)
class SentChunk:
    """What the package asks its model for."""

    text: str
    duration: int


@cache
def _function(name: str) -> ast.FunctionDef:
    path = f5_tts_file("infer/utils_infer.py")
    assert path, "the f5-tts package is installed with requirements/dev.txt"
    tree = ast.parse(path.read_text())
    return next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)


@cache
def _constants() -> dict[str, Any]:
    path = f5_tts_file("infer/utils_infer.py")
    assert path
    found: dict[str, Any] = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                found[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def _compiled(name: str, **known: Any) -> Any:
    """The function with the names that it uses."""
    scope = {**_constants(), "tqdm": None, "device": "cpu", "torch": torch, "np": np, **known}
    exec(compile(ast.Module([_function(name)], []), "utils_infer.py", "exec"), scope)  # noqa: S102  # the package's code
    return scope[name]


def upstream_ending(text: str) -> str:
    """A reference text as preprocess_ref_audio_text ends it: the last rule of that function alone."""
    function = _function("preprocess_ref_audio_text")
    rule = next(node for node in function.body if isinstance(node, ast.If) and "endswith" in ast.unparse(node.test))
    scope = {"ref_text": text}
    exec(compile(ast.Module([rule], []), "utils_infer.py", "exec"), scope)  # noqa: S102  # the package's code
    return scope["ref_text"]


class _Asked(Exception):
    """Ends a function of the package where it has asked for what is wanted."""


def recorded_chunk(samples: Samples, reference_text: str, text: str, speed: float) -> SentChunk:
    """What infer_batch_process asks for a chunk of at least ten bytes."""

    def sample(*, text: list[list[str]], duration: int, **_: Any) -> None:
        raise _Asked("".join(text[0]), duration)

    run = _compiled(
        "infer_batch_process",
        ThreadPoolExecutor=ThreadPoolExecutor,
        convert_char_to_pinyin=lambda texts: [list(text) for text in texts],
    )
    audio = torch.from_numpy(samples)[None]
    chunks = run(
        (audio, 24_000), reference_text, [text], SimpleNamespace(sample=sample), None, progress=None, speed=speed
    )
    try:
        next(chunks)
    except _Asked as asked:
        return SentChunk(*asked.args)
    raise AssertionError("the package asked its model for nothing")


def upstream_max_chars(samples: Samples, reference_text: str, speed: float) -> int:
    """The longest chunk by infer_process."""

    def chunk_text(text: str, max_chars: int) -> list[str]:
        raise _Asked(max_chars)

    torchaudio = SimpleNamespace(load=lambda audio: (torch.from_numpy(audio)[None], 24_000))
    run = _compiled("infer_process", torchaudio=torchaudio, chunk_text=chunk_text)
    try:
        run(samples, reference_text, "", None, None, speed=speed)
    except _Asked as asked:
        return int(asked.args[0])
    raise AssertionError("the package cut nothing into chunks")


@pytest.mark.parametrize(
    "text", ["Hello there.", "Hello there. ", "你好。", "Hello there!", "Hello there", "Is it?", "你好", "Wait...", "a"]
)
def test_reference_text_ends_as_upstreams(text: str) -> None:
    """The reference text has the package's ending, and the package's second space where a chunk follows."""
    pace = Pace(len(reference_samples()), ending_sentence(text))
    assert pace.reference_text == upstream_ending(text)
    sent = recorded_chunk(reference_samples(), upstream_ending(text), "Something to say.", 1.0)
    assert sent.text == pace.spoken_text() + "Something to say."


@pytest.mark.parametrize("speed", [0.7, 1.0, 1.4, 1.37])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("n_samples", [36_000, 43_217, 47_999, 48_000, 288_000])
def test_durations_are_upstreams(n_samples: int, text: str, speed: float) -> None:
    """The frames of a chunk and the longest chunk are exactly what the package's own functions compute."""
    samples = np.full(n_samples, 0.1, np.float32)
    pace = Pace(n_samples, ending_sentence(TEXTS[text][0]))
    sent = recorded_chunk(samples, pace.reference_text, TEXTS[text][1], speed)
    assert pace.frames_for(TEXTS[text][1], speed) == sent.duration
    assert pace.max_bytes(speed) == upstream_max_chars(samples, pace.reference_text, speed)


@pytest.mark.parametrize("sway", [-1.0, -0.3, 0.0, 0.7])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16], ids=["fp32", "fp16"])
def test_time_steps_are_upstreams(dtype: torch.dtype, sway: float) -> None:
    """For 1 to 64 steps, the very numbers of get_epss_timesteps with sway."""
    device = torch.device("cpu")
    for steps in range(1, 65):
        t = _package("utils").get_epss_timesteps(steps, device=device, dtype=dtype)
        t = t + sway * (torch.cos(torch.pi / 2 * t) - 1 + t)
        assert torch.equal(time_steps(steps, sway, device, dtype), t), steps


# Mutants: each is our model with one thing wrong.


class OnePositionOn(nn.Module):
    """Turns the queries by one position more; the keys stay. (Both together would change nothing.)"""

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        one_on = rotary_table(2, 1, None, x.device)[1:]
        return rotate(x.unflatten(-1, (-1, 64)), one_on).flatten(-2)


class MovedText(nn.Module):
    """A token embedding that takes the positions back which the encoder adds, and puts others there."""

    def __init__(self, embedding: nn.Embedding, first: int | None) -> None:
        super().__init__()
        self.embedding = embedding
        self.first = first

    def forward(self, tokens: Tensor) -> Tensor:
        """(1, n) -> (1, n, d)."""
        x = self.embedding(tokens)
        n, d = x.shape[1:]
        right = text_positions(n, d, x.device)
        return (
            x - right if self.first is None else x - right + text_positions(n + self.first, d, x.device)[self.first :]
        )


class ScaledTime(nn.Module):
    """A time embedding that sees other times."""

    def __init__(self, embedding: nn.Module, scale: float) -> None:
        super().__init__()
        self.embedding = embedding
        self.scale = scale

    def forward(self, times: Tensor) -> Tensor:
        """(t,) -> (t, d)."""
        return self.embedding(times * self.scale)


class SwappedParts(Modulation):
    """Scale and shift the other way round."""

    def forward(self, times: Tensor) -> Tensor:
        """(t, d) -> (t, parts, d)."""
        return super().forward(times).flip(1)


def _one_frame_late(convolution: nn.Module) -> nn.Module:
    return nn.Sequential(nn.ConstantPad1d((1, -1), 0.0), convolution)


def rotary_off_by_one(dit: nn.Module) -> None:
    """Queries stand one position further on than keys."""
    for block in dit.transformer_blocks:
        block.attn.to_q = nn.Sequential(block.attn.to_q, OnePositionOn())


def rotary_in_one_head(dit: nn.Module) -> None:
    """v0's rotary positions in v1."""
    dit.turned_heads = 1


def position_conv_late(dit: nn.Module) -> None:
    """Padding of the position convolution is one frame off."""
    dit.input_embed.conv_pos_embed.conv1d[0] = _one_frame_late(dit.input_embed.conv_pos_embed.conv1d[0])


def text_conv_late(dit: nn.Module) -> None:
    """Padding of a text convolution is one frame off."""
    dit.text_embed.text_blocks[0].dwconv = _one_frame_late(dit.text_embed.text_blocks[0].dwconv)


def grn_left_out(dit: nn.Module) -> None:
    """No response norm."""
    for block in dit.text_embed.text_blocks:
        block.grn = nn.Identity()


def text_positions_left_out(dit: nn.Module) -> None:
    """No positions in the text."""
    dit.text_embed.text_embed = MovedText(dit.text_embed.text_embed, None)


def text_positions_shifted(dit: nn.Module) -> None:
    """Positions of the text count from one."""
    dit.text_embed.text_embed = MovedText(dit.text_embed.text_embed, 1)


def text_padding_kept(dit: nn.Module) -> None:
    """v0's filler in v1."""
    dit.text_embed.mask_padding = False


def time_scale_999(dit: nn.Module) -> None:
    """The time embedding multiplies by 999, not 1000."""
    dit.time_embed = ScaledTime(dit.time_embed, 0.999)


def time_scale_1(dit: nn.Module) -> None:
    """The time embedding does not multiply by 1000."""
    dit.time_embed = ScaledTime(dit.time_embed, 0.001)


def final_scale_is_shift(dit: nn.Module) -> None:
    """Scale and shift of the last norm change places."""
    wrong = SwappedParts(dit.dim, 2, scales=(0,))
    wrong.linear = dit.norm_out.linear
    dit.norm_out = wrong


MODULE_MUTATIONS = [
    rotary_off_by_one,
    rotary_in_one_head,
    position_conv_late,
    text_conv_late,
    grn_left_out,
    text_positions_left_out,
    text_positions_shifted,
    text_padding_kept,
    time_scale_999,
    time_scale_1,
    final_scale_is_shift,
]
GUIDANCE_MUTATIONS = {
    "sway_flipped": Guidance(7, 2.0, 1.0),
    "cfg_2.1": Guidance(7, 2.1, -1.0),
    "one_step_less": Guidance(6, 2.0, -1.0),
}


def text_shifted(voice: PreparedVoice) -> PreparedVoice:
    """One token stands before the text."""
    return replace(voice, tokens=[" ", *voice.tokens])


def reference_frame_lost(voice: PreparedVoice) -> PreparedVoice:
    """The reference's last frame is missing."""
    return replace(voice, mel=voice.mel[:-1])


def reference_frame_late(voice: PreparedVoice) -> PreparedVoice:
    """The reference stands one frame late."""
    return replace(voice, mel=voice.mel.roll(1, dims=0))


MUTATED = Case(V1, "english")


@pytest.fixture
def intact(pairs: dict[str, Pair]) -> Pair:
    """The pair that mutants are made of; as it is, it is within the tolerance."""
    pair = pairs[V1]
    assert mel_error(spoken(pair.ours, pair.voice(MUTATED), MUTATED), pair.upstream_spoken(MUTATED)) <= MEL_TOLERANCE
    return pair


def assert_missed(mutant: Spoken, pair: Pair) -> None:
    """The mutant is far outside the tolerance, in what it speaks and not only in the reference."""
    upstream = pair.upstream_spoken(MUTATED)
    assert mutant.mel.shape == upstream.mel.shape
    spoken_from = pace_of(MUTATED.text).frames + 1
    error = float((mutant.mel - upstream.mel)[spoken_from:].abs().max())
    assert error > MISSED_BY * MEL_TOLERANCE


@pytest.mark.parametrize("mutate", MODULE_MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_wrong_module_is_seen(intact: Pair, mutate: Callable[[nn.Module], None]) -> None:
    """A model with one wrong part misses parity by over 100 times the tolerance."""
    dit = copy.deepcopy(intact.ours.sampler.dit)
    mutate(dit)
    assert_missed(spoken(replace(intact.ours, sampler=Sampler(dit)), intact.voice(MUTATED), MUTATED), intact)


@pytest.mark.parametrize("guidance", GUIDANCE_MUTATIONS.values(), ids=GUIDANCE_MUTATIONS)
def test_wrong_guidance_is_seen(intact: Pair, guidance: Guidance) -> None:
    """Another way of following the flow misses parity by over 100 times the tolerance."""
    assert_missed(spoken(intact.ours, intact.voice(MUTATED), MUTATED, guidance), intact)


@pytest.mark.parametrize(
    "mutate", [text_shifted, reference_frame_lost, reference_frame_late], ids=lambda mutate: mutate.__name__
)
def test_a_wrong_reference_is_seen(intact: Pair, mutate: Callable[[PreparedVoice], PreparedVoice]) -> None:
    """A reference or text that is one off misses parity by over 100 times the tolerance."""
    assert_missed(spoken(intact.ours, mutate(intact.voice(MUTATED)), MUTATED), intact)


def test_wrong_noise_is_seen(intact: Pair) -> None:
    """The noise of the next seed misses parity by over 100 times the tolerance."""
    mutant = spoken(intact.ours, intact.voice(MUTATED), replace(MUTATED, seed=MUTATED.seed + 1))
    assert_missed(mutant, intact)


def test_equal_steps_for_pruned_ones_are_seen(intact: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven equal steps in place of the pruned ones miss parity by over 100 times the tolerance."""
    monkeypatch.delitem(sampler.PRUNED_STEPS, 7)  # the table is what is mutated
    mutant = replace(intact.ours, sampler=Sampler(intact.ours.sampler.dit))  # with no schedule kept
    assert_missed(spoken(mutant, intact.voice(MUTATED), MUTATED), intact)


def exact_mel(half: Pair, exact: Pair, case: Case) -> Tensor:
    """Our single precision mel, (n, N_MELS), from the noise that both draw in half precision."""
    voice, text, device = exact.voice(case), TEXTS[case.text][1], exact.ours.device
    tokens = voice.tokens + exact.ours.tokenizer.split(text, after=voice.tokens[-1])
    shape = half.upstream_spoken(case).mel.shape
    generator = torch.Generator(device).manual_seed(case.seed)
    noise = torch.randn(shape, generator=generator, device=device, dtype=half.ours.dtype).float()
    ids = torch.tensor(exact.ours.tokenizer.ids(tokens), device=device)
    (mel,) = exact.ours.sampler.sample([Passage(voice.mel, ids, noise)], case.guidance)
    return mel.cpu()


def rms_errors(half: Pair, exact: Pair, text: str) -> tuple[float, float]:
    """How far mels of three seeds are from exact ones, root mean square: ours, the package's."""
    ours, upstream = [], []
    for case in (Case(V1, text, seed) for seed in range(3)):
        right = exact_mel(half, exact, case)
        ours.append(spoken(half.ours, half.voice(case), case).mel - right)
        upstream.append(half.upstream_spoken(case).mel - right)
    mine, theirs = (float(torch.cat(errors).square().mean().sqrt()) for errors in (ours, upstream))
    return mine, theirs


def test_half_precision_loses_no_more_than_upstream(pairs: dict[str, Pair]) -> None:
    """Half precision on this machine's processor: at most 1.1 times the package's own distance from single."""
    half = pairs[V1].on(torch.device("cpu"), torch.float16)
    ours, upstream = rms_errors(half, pairs[V1], "english")
    assert 0 < ours <= 1.1 * upstream < 0.1


@pytest.mark.gpu
@pytest.mark.usefixtures("exact_convolutions")
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is visible to PyTorch")
class TestOnGpu:
    """The same on CUDA."""

    @pytest.fixture(scope="class")
    def exact(self, pairs: dict[str, Pair]) -> dict[str, Pair]:
        """Both in single precision."""
        return {name: pair.on(torch.device("cuda"), torch.float32) for name, pair in pairs.items()}

    @pytest.mark.parametrize("case", CASES, ids=str)
    def test_mel_and_samples_are_the_packages(self, exact: dict[str, Pair], case: Case) -> None:
        """In single precision: the same mel and samples as of the package's classes."""
        assert_equal(exact[case.arrangement], case)

    @pytest.mark.parametrize("text", TEXTS)
    def test_half_precision_loses_no_more_than_upstream(
        self, exact: dict[str, Pair], tmp_path: Path, text: str
    ) -> None:
        """As loaded, in half precision: at most 1.1 times the package's own distance from single precision."""
        half = Pair.load(tmp_path, V1, "cuda")
        assert half.ours.dtype == half.upstream.dtype == torch.float16
        ours, upstream = rms_errors(half, exact[V1], text)
        assert 0 < ours <= 1.1 * upstream < 0.1


ABSENT = ["f5_tts", "x_transformers", "torchdiffeq", "vocos", "torchaudio", "transformers", "librosa"]
ABSENT += ["pypinyin", "rjieba"]  # loaded for a text that needs them


def test_speaking_english_imports_nothing_heavy(tmp_path: Path) -> None:
    """Loading and speaking an English chunk takes neither the package nor what it leans on, nor a segmenter."""
    program = f"""
import sys
from pathlib import Path
import numpy as np
from tiny_f5 import tiny_settings
from f5tts_worker.f5.batches import Utterance
from f5tts_worker.f5.model import F5Model
from f5tts_worker.f5.sampler import Guidance
model = F5Model.load(tiny_settings(Path({str(tmp_path)!r})))
voice = model.prepare(np.full(24000, 0.1, np.float32), "Some call me nature.  ")
(wave,) = model.speak(
    voice, [Utterance("Others, don't they, call me \\"mother nature.\\"", 150, 0)], Guidance(2, 2.0, -1.0)
)
print(len(wave), [name for name in {ABSENT} if name in sys.modules])
"""
    search = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin", "HF_HUB_OFFLINE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=search, capture_output=True, text=True, check=False
    )
    n_samples = (150 - 24000 // HOP - 1) * HOP
    assert (result.stdout.strip(), result.returncode) == (f"{n_samples} []", 0), result.stderr[-2000:]
