"""whisperx's aligner: the real whisperx, on a model that reads tones, so that each word's place is known."""

import itertools
import logging
import random
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_wav2vec2 import ALPHABET, tiny_wav2vec2, tone_letters

from f5tts_worker.aligners.base import AlignmentError
from f5tts_worker.aligners.emissions import EDGE, FIELD, HOP, WINDOW, emissions, n_frames
from f5tts_worker.aligners.matching import GUESSED_SCORE
from f5tts_worker.aligners.punkt import no_sentences
from f5tts_worker.aligners.spelling import UNKNOWN, spell
from f5tts_worker.aligners.stretches import WHOLE_MS, Found, place_in_stretches
from f5tts_worker.aligners.whisperx import RESIDENT, WhisperxAligner, language_of
from f5tts_worker.audio import Audio, resample
from f5tts_worker.words import Word

DUTCH = "wav2vec2-large-xlsr-53-dutch"  # the folder's name; its letters are ours
JAPANESE = "wav2vec2-large-xlsr-53-japanese"
SENTENCE = "under a red sun all sailors cast one lace net into lunar lead"
HEARD_LATE_MS = 30  # as the tiny model was taught


@pytest.fixture(scope="module", autouse=True)
def _no_hub() -> Iterator[None]:
    """The hub's client reads this when it is imported, and waits for minutes where there is no network."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield


@pytest.fixture(scope="module")
def models(_no_hub: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with the tiny one under two languages' names."""
    folder = tmp_path_factory.mktemp("models")
    for name in (DUTCH, JAPANESE):
        shutil.copytree(tiny_wav2vec2(), folder / "whisperx" / name)
    return folder


@pytest.fixture(scope="module")
def aligner(models: Path) -> WhisperxAligner:
    """An aligner that is ready."""
    aligner = WhisperxAligner(models, device="cpu", language="nl")
    aligner.load()
    assert (aligner.state, aligner.problem) == ("ready", None)
    return aligner


def off(words: list[Word], times: list[tuple[int, int]]) -> int:
    """The most by which a word begins early or late, in ms, what the model was taught taken off."""
    return max(abs(word.start_ms - HEARD_LATE_MS - start) for word, (start, _) in zip(words, times, strict=True))


def test_words_are_where_they_are_spoken(aligner: WhisperxAligner) -> None:
    """Each word begins where its first tone does, to a frame and a half, ends near its last, and is sure."""
    audio, times = tone_letters(SENTENCE)
    words = aligner.align(audio, SENTENCE.split(), "nl")
    assert [word.text for word in words] == SENTENCE.split()
    assert off(words, times) <= 30
    assert max(abs(word.end_ms - end) for word, (_, end) in zip(words, times, strict=True)) <= 100
    assert all(0.7 < word.score <= 1 and word.source == "whisperx" for word in words)


def test_audio_of_any_rate_is_heard(aligner: WhisperxAligner) -> None:
    """The engine's 24 kHz are brought to the model's 16."""
    audio, times = tone_letters(SENTENCE)
    assert off(aligner.align(resample(audio, 24_000), SENTENCE.split(), "nl"), times) <= 30


def test_words_keep_their_writing(aligner: WhisperxAligner) -> None:
    """Capitals, quotes, accents and punctuation change no time; what is not spoken takes none."""
    written = ["🎉", "“Under", "à", "red", "—", "Sün,”", "all…", "Sailors", "🙂", "cast!", "One", "lace:", "net"]
    written += ["into", "(lunar)", "lead.", "🎉🎉"]
    audio, times = tone_letters(SENTENCE)
    words = aligner.align(audio, written, "nl")
    assert [word.text for word in words] == written
    unspoken = [word for word in words if word.text in ("🎉", "—", "🙂", "🎉🎉")]
    assert off([word for word in words if word not in unspoken], times) <= 30
    assert [(word.end_ms - word.start_ms, word.score) for word in unspoken] == [(0, GUESSED_SCORE)] * 4
    assert all(a.start_ms <= b.start_ms and a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


def test_what_the_model_cannot_read_takes_what_is_left(aligner: WhisperxAligner) -> None:
    """A price or a foreign word lies between its neighbours, with a low score."""
    audio, times = tone_letters(SENTENCE)
    written = SENTENCE.replace("sailors", "$45").replace("lunar", "漢字").split()
    words = aligner.align(audio, written, "nl")
    assert [word.text for word in words] == written
    known = [i for i, word in enumerate(written) if word not in ("$45", "漢字")]
    assert off([words[i] for i in known], [times[i] for i in known]) <= 60
    for i in set(range(len(written))) - set(known):
        assert times[i - 1][1] - 60 <= words[i].start_ms < words[i].end_ms <= times[i + 1][0] + 60
        assert words[i].score <= GUESSED_SCORE


@pytest.mark.parametrize("n_sentences", [5, 40], ids=["half a minute", "five minutes"])
def test_long_audio_is_placed_as_well(n_sentences: int, aligner: WhisperxAligner) -> None:
    """Beyond a window of the model and beyond a stretch of whisperx's, with pauses of any length, no word drifts."""
    draw = random.Random(n_sentences)
    audios, times, at = [], [], 0
    for _ in range(n_sentences):
        audio, found = tone_letters(SENTENCE, pause_ms=draw.choice([0, 0, 100, 800]))
        audios.append(
            np.concatenate([audio.samples, np.zeros(160 + draw.randrange(3) * 8000, np.float32)])
        )  # whole frames: the tiny model was taught no others
        times += [(start + at, end + at) for start, end in found]
        at += len(audios[-1]) // 16
    audio = Audio(np.concatenate(audios), 16_000)
    assert audio.duration_s * 1000 > WINDOW * 20
    assert off(aligner.align(audio, SENTENCE.split() * n_sentences, "nl"), times) <= 40


def test_chinese_and_japanese_have_an_entry_a_word(aligner: WhisperxAligner) -> None:
    """Where whisperx takes each character for a word, the caller's words still have one time each."""
    audio, _ = tone_letters("lenterosti")
    times = [(50 + 100 * i, 150 + 100 * i) for i in range(10)]
    written = ["l", "en。", "「t", "e", "—", "ros", "ti"]
    words = aligner.align(audio, written, "ja")
    assert [word.text for word in words] == written
    first_letters = [times[i] for i in (0, 1, 3, 4, 5, 8)]
    assert off([word for word in words if word.text != "—"], first_letters) <= 60


@pytest.mark.parametrize(
    ("words", "length_ms", "language", "says"),
    [
        (["под", "луной"], 3_000, "nl", "the model for nl knows 0 of the text's 8 letters"),
        (["—", "🎉"], 3_000, "nl", "nothing in the text is spoken"),
        (SENTENCE.split(), 500, "nl", "61 letters do not fit into 0.5 s of audio"),
        (["net"], 0, "nl", "the audio is empty"),
        (["net"], 10, "nl", "3 letters do not fit into 0.0 s of audio"),
        (["net"], 1_000, "tlh", "whisperx has no model for tlh"),
    ],
)
def test_what_cannot_be_aligned_is_said(
    words: list[str], length_ms: int, language: str, says: str, aligner: WhisperxAligner
) -> None:
    """Another script, a text without speech, too little audio and an unknown language are errors that say so."""
    audio = Audio(np.zeros(length_ms * 16, np.float32), 16_000)
    with pytest.raises(AlignmentError) as failure:
        aligner.align(audio, words, language)
    assert str(failure.value) == says


def test_silence_gives_words_or_an_error(aligner: WhisperxAligner) -> None:
    """Where nothing is spoken there are either one entry a word, in order, or an AlignmentError."""
    try:
        words = aligner.align(Audio(np.zeros(90 * 16_000, np.float32), 16_000), SENTENCE.split(), "nl")
    except AlignmentError:
        return
    assert [word.text for word in words] == SENTENCE.split()
    assert all(a.start_ms <= b.start_ms for a, b in itertools.pairwise(words))


def test_it_says_nothing_about_downloads(
    aligner: WhisperxAligner, models: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The tables of nltk's splitter are found in the models' folder: nothing is fetched for an alignment."""
    import nltk

    assert str(models / "whisperx/nltk") in nltk.data.path  # workers of other tests have put theirs there too
    assert len(list((models / "whisperx/nltk/tokenizers/punkt_tab").glob("[a-z]*/*.t*"))) == 4 * 19
    audio, _ = tone_letters("one sun")
    aligner.align(audio, ["one", "sun"], "nl")
    assert capfd.readouterr().out == ""


def test_workers_make_the_tables_together(tmp_path: Path) -> None:
    """Processes that make them at once leave whole folders, and nothing else."""
    threads = [threading.Thread(target=no_sentences, args=(tmp_path, {"dutch", "english"})) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = {path.relative_to(tmp_path / "tokenizers/punkt_tab").as_posix() for path in tmp_path.rglob("*.t*")}
    tables = ("collocations.tab", "sent_starters.txt", "abbrev_types.txt", "ortho_context.tab")
    assert made == {f"{language}/{table}" for language in ("dutch", "english") for table in tables}
    import nltk

    nltk.data.path.remove(str(tmp_path))


def test_a_job_waits_for_what_loads(models: Path) -> None:
    """A job that comes while the aligner loads waits for it, and is answered."""
    aligner = WhisperxAligner(models, device="cpu", language="nl")
    assert aligner.state == "cold"
    aligner.load_in_background()
    audio, times = tone_letters("one sun")
    assert off(aligner.align(audio, ["one", "sun"], None), times) <= 30
    assert aligner.state == "ready"


def test_few_models_are_kept(models: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A language's model is loaded once, and again only after others took its place."""
    names = {"nl": DUTCH, "ja": JAPANESE, "pl": "wav2vec2-large-xlsr-53-polish"}
    for name in names.values():
        shutil.copytree(models / "whisperx" / DUTCH, tmp_path / "whisperx" / name)
    aligner = WhisperxAligner(tmp_path, device="cpu", language="nl")
    audio, _ = tone_letters("one sun")
    with caplog.at_level(logging.INFO, "f5tts_worker.aligners.whisperx"):
        for language in ("nl", "ja", "nl", "pl", "nl", "ja"):
            aligner.align(audio, ["one", "sun"], language)
    loaded = [record.args[0] for record in caplog.records if record.getMessage().startswith("whisperx model for")]  # type: ignore[index]  # is logged with one
    assert RESIDENT == 2
    assert loaded == ["nl", "ja", "pl", "ja"]


def _truncated(folder: Path) -> None:
    weights = folder / DUTCH / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:20_000])


def _without_letters(folder: Path) -> None:
    (folder / DUTCH / "vocab.json").unlink()


def _gone(folder: Path) -> None:
    shutil.rmtree(folder / DUTCH)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_truncated, "model for nl: it could not be loaded ("),
        (_without_letters, "model for nl: it could not be loaded ("),
        (_gone, "its model is not on this worker, and downloads are switched off"),
    ],
    ids=["truncated", "without letters", "gone"],
)
def test_says_why_it_is_unavailable(
    spoil: Callable[[Path], None], says: str, models: Path, tmp_path: Path, aligner: WhisperxAligner
) -> None:
    """A model that is damaged or not to be had makes it unavailable; the problem names the language, and no path."""
    shutil.copytree(models / "whisperx" / DUTCH, tmp_path / "whisperx" / DUTCH)
    spoil(tmp_path / "whisperx")
    unavailable = WhisperxAligner(tmp_path, device="cpu", language="nl")
    unavailable.load()
    assert unavailable.state == "unavailable"
    assert unavailable.problem
    assert unavailable.problem.startswith(says)
    assert "/" not in unavailable.problem
    with pytest.raises(AlignmentError) as failure:
        unavailable.align(tone_letters("one")[0], ["one"], "nl")
    assert str(failure.value) == unavailable.problem


def test_another_language_may_fail_alone(models: Path, aligner: WhisperxAligner) -> None:
    """A language whose model is not to be had is an error of its own, asked for once; the first one works on."""
    audio, times = tone_letters("one sun")
    for _ in range(2):
        with pytest.raises(AlignmentError, match=r"^its model is not on this worker"):
            aligner.align(audio, ["one", "sun"], "fi")
    assert aligner.state == "ready"
    assert off(aligner.align(audio, ["one", "sun"], "nl-be"), times) <= 30


def test_english_is_a_file_of_torchaudio(tmp_path: Path, aligner: WhisperxAligner) -> None:
    """The file of English, in the folder, is all that it needs; its sign for "no letter" is not found in a text."""
    from torchaudio.pipelines import WAV2VEC2_ASR_BASE_960H as BUNDLE
    from torchaudio.pipelines._wav2vec2.utils import _get_model

    with torch.device("meta"):
        empty = _get_model(BUNDLE._model_type, BUNDLE._params).state_dict()
    tensors = {name: torch.full((1,), 0.01).expand(tensor.shape) for name, tensor in empty.items()}  # a few kB
    for name in ("aux.weight", "aux.bias"):  # the published file has fairseq's three other signs as well
        tensors[name] = torch.zeros(1).expand(32, *tensors[name].shape[1:])
    (tmp_path / "whisperx").mkdir()
    torch.save(tensors, tmp_path / "whisperx/wav2vec2_fairseq_base_ls960_asr_ls960.pth")
    english = WhisperxAligner(tmp_path, device="cpu")
    english.load()
    assert (english.state, english.problem) == ("ready", None)
    written = ["A", "well-known", "state-of-the-art", "text", "-", "that's", "all."]
    words = english.align(tone_letters("as one reads it")[0], written, "en-us")
    assert [word.text for word in words] == written
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(words))


def test_a_model_hears_long_audio_as_short() -> None:
    """Heard in windows, audio of any length has the frames that it would have at once, each of its own samples."""
    model = torch.nn.Conv1d(1, 5, FIELD, HOP)

    class Local:
        def __call__(self, samples: torch.Tensor) -> tuple[torch.Tensor, None]:
            assert samples.shape[-1] < WINDOW * HOP + FIELD
            return model(samples[None]).transpose(1, 2), None

    for frames in (1, WINDOW, WINDOW + 1, 2 * WINDOW - 2 * EDGE, 2 * WINDOW - 2 * EDGE + 1, 4321):
        samples = torch.randn(1, (frames - 1) * HOP + FIELD + 100)
        with torch.inference_mode():
            heard = emissions(Local(), samples)
            at_once = model(samples[None]).transpose(1, 2)
        assert n_frames(samples.shape[-1]) == frames == heard.shape[1]
        torch.testing.assert_close(heard, at_once)


def test_a_stretch_with_too_many_words_gets_fewer() -> None:
    """A text that is spoken after a long silence, or too fast at first, is still found where it is."""
    spoken = [(150_000 + 300 * i, 150_200 + 300 * i) for i in range(100)] + [
        (200_000 + 900 * i, 200_500 + 900 * i) for i in range(100)
    ]
    asked: list[tuple[int, int]] = []

    def place(words: list[str], start_ms: int, end_ms: int) -> list[Found]:
        """What is there is found; what is not is squeezed to the end."""
        asked.append((start_ms, end_ms))
        at = [spoken[int(word)] for word in words]
        return [Found(min(start, end_ms), min(end, end_ms), 1.0) for start, end in at]

    words = [str(i) for i in range(200)]
    with pytest.raises(AlignmentError, match="found no place in a minute"):
        place_in_stretches(place, words, 300_000)
    spoken = [(start - 140_000, end - 140_000) for start, end in spoken]
    found = place_in_stretches(place, words, 160_000)
    assert [(word.start_ms, word.end_ms) for word in found] == spoken
    assert max(end - start for start, end in asked) == WHOLE_MS


@pytest.mark.parametrize(
    ("word", "spelt"),
    [
        *(("Sun", "sun"), ("sun,", "sun"), ("“Sun”", "sun"), ("Sún", "sun"), ("Don’t", "don't"), ("un-do", "undo")),
        *(("$45", UNKNOWN * 3), ("5s", f"{UNKNOWN}s"), ("漢", UNKNOWN), ("a|s", "as"), ("ﬁ", f"{UNKNOWN}")),
        *(("—", ""), ("🎉", ""), ("'", ""), ("...", "")),
    ],
)
def test_words_are_spelt_in_the_models_letters(word: str, spelt: str) -> None:
    """Letters of the alphabet stay, accents go, punctuation is dropped, what else is spoken is a sign."""
    assert spell(word, {**dict.fromkeys(ALPHABET, 1), "'": 2, "|": 3, "<pad>": 0, "-": 4}) == spelt


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt_BR", "pt"),
        ("nb", "no"),
        ("zh-tw", "zh"),
        ("iw", "he"),
        (None, None),
        ("", None),
    ],
)
def test_languages_have_whisperxs_codes(tag: str | None, code: str | None) -> None:
    """A region makes no difference, and some languages have another code there."""
    assert language_of(tag) == code


def test_importing_it_loads_nothing_heavy() -> None:
    """whisperx is imported when the aligner loads, and not before: it takes half a minute."""
    import subprocess

    program = "import sys, f5tts_worker.aligners.whisperx; print({'torch', 'whisperx', 'nltk'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
