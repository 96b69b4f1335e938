"""Batches, and steps that are captured: whatever runs together, each passage comes out as it does alone."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_f5 import random_dit, tiny_config
from torch import Tensor

from f5tts_worker.f5.batches import BUCKET_FRAMES, SIZES, bucket, plan_batches
from f5tts_worker.f5.config import N_MELS
from f5tts_worker.f5.dit import DiT
from f5tts_worker.f5.fitness import check_graphs
from f5tts_worker.f5.sampler import SCHEDULES_KEPT, Guidance, Passage, Sampler
from f5tts_worker.f5.steps import FAILURES, GRAPHS_KEPT, Capture, StepGraphs

TOLERANCE = 5e-5
V0, V1 = "F5TTS_Base", "F5TTS_v1_Base"
GUIDANCES = {"guided": Guidance(4, 2.0, -1.0), "unguided": Guidance(4, 0.0, 0.3)}
LENGTHS = (150, 97, 128, 96, 64)


def uncaptured() -> Capture:
    """A capture for machines without CUDA: what would be replayed is run again, in the same memory."""
    return lambda run: run


def make_dit(arrangement: str) -> DiT:
    """A tiny one."""
    config = tiny_config(arrangement)
    dit = DiT(config)
    dit.load_state_dict(random_dit(config))
    return dit.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def dits() -> dict[str, DiT]:
    """By arrangement."""
    return {name: make_dit(name) for name in (V0, V1)}


def passage(n_frames: int, seed: int = 0, device: str = "cpu") -> Passage:
    """A reference of a third of the frames, and a text of an eighth as many tokens."""
    generator = torch.Generator().manual_seed(seed + n_frames)
    noise, reference = torch.randn(2, n_frames, N_MELS, generator=generator, dtype=torch.float32).to(device)
    ids = torch.randint(1, 2_000, (n_frames // 8,), generator=generator).to(device)
    return Passage(reference[: n_frames // 3], ids, noise)


PASSAGES = [passage(n_frames) for n_frames in LENGTHS]


def assert_alike(mels: list[Tensor], others: list[Tensor]) -> None:
    """Of the same shape and equal but for rounding."""
    assert [mel.shape for mel in mels] == [other.shape for other in others]
    worst = max(float((mel - other).abs().max()) for mel, other in zip(mels, others, strict=True))
    assert worst <= TOLERANCE


def one_by_one(dit: DiT, passages: list[Passage], guidance: Guidance) -> list[Tensor]:
    """Each alone, as it is."""
    return [mel for one in passages for mel in Sampler(dit).sample([one], guidance)]


@pytest.mark.parametrize("guidance", GUIDANCES.values(), ids=GUIDANCES)
@pytest.mark.parametrize("arrangement", [V0, V1])
class TestTogether:
    """Passages of different lengths at once."""

    def test_a_batch_is_what_each_is_alone(self, dits: dict[str, DiT], arrangement: str, guidance: Guidance) -> None:
        """Padding is not seen by what it pads: neither by attention nor by convolutions."""
        batch = Sampler(dits[arrangement]).sample(PASSAGES, guidance)
        assert_alike(batch, one_by_one(dits[arrangement], PASSAGES, guidance))

    def test_captured_steps_are_the_eager_ones(
        self, dits: dict[str, DiT], arrangement: str, guidance: Guidance
    ) -> None:
        """Rounded up to a bucket, in memory that others have used before: the same mels, alone and together."""
        sampler = Sampler(dits[arrangement], StepGraphs(uncaptured))
        for passages in (PASSAGES, PASSAGES[:1], [passage(n, seed=1) for n in LENGTHS], PASSAGES[::-1], PASSAGES[1:2]):
            expected = one_by_one(dits[arrangement], passages, guidance)
            assert_alike(sampler.sample(passages, guidance), expected)


@pytest.mark.parametrize("arrangement", [V0, V1])
def test_fused_projections_are_the_single_ones(arrangement: str) -> None:
    """One product for queries, keys and values: the same mels, and the parameters are still there, each with its
    memory shared."""
    apart, fused = make_dit(arrangement), make_dit(arrangement)
    fused.fuse()
    guidance = GUIDANCES["guided"]
    assert_alike(Sampler(fused).sample(PASSAGES, guidance), Sampler(apart).sample(PASSAGES, guidance))
    for name, parameter in apart.named_parameters():
        assert torch.equal(fused.get_parameter(name), parameter), name
    attention = fused.get_submodule("transformer_blocks.1.attn")
    assert attention.fused[0].data_ptr() == attention.to_q.weight.data_ptr()


def test_unmasked_padding_would_be_seen(dits: dict[str, DiT]) -> None:
    """Without the mask the shorter passages are far off: the tests above can fail."""
    sampler = Sampler(dits[V1])
    padded = passage(LENGTHS[1])
    longer = torch.cat((padded.noise, torch.zeros(50, N_MELS)))
    (unmasked,) = sampler.sample([Passage(padded.reference, padded.ids, longer)], GUIDANCES["guided"])
    (right,) = sampler.sample([padded], GUIDANCES["guided"])
    assert float((unmasked[: LENGTHS[1]] - right).abs().max()) > 100 * TOLERANCE


def test_a_shape_is_captured_once(dits: dict[str, DiT]) -> None:
    """Lengths of one bucket share a capture, whatever their guidance; the least lately used are given up."""
    captures = 0

    def counted(run: Callable[[], None]) -> Callable[[], None]:
        nonlocal captures
        captures += 1
        return run

    graphs = StepGraphs(lambda: counted)
    sampler = Sampler(dits[V1], graphs)
    for n_frames, guidance in (
        (100, Guidance(2, 2.0, -1.0)),
        (128, Guidance(1, 3.0, 0.0)),
        (65, Guidance(1, 1.0, 0.0)),
    ):
        sampler.sample([passage(n_frames)], guidance)
    assert captures == 1
    for i in range(GRAPHS_KEPT):
        sampler.sample([passage(BUCKET_FRAMES * (i + 3))], Guidance(1, 2.0, -1.0))
    assert captures == GRAPHS_KEPT + 1
    sampler.sample([passage(100)], Guidance(1, 2.0, -1.0))
    assert captures == GRAPHS_KEPT + 2
    graphs.clear()
    sampler.sample([passage(100)], Guidance(1, 2.0, -1.0))
    assert captures == GRAPHS_KEPT + 3


def test_a_capture_that_fails_is_done_without(dits: dict[str, DiT], caplog: pytest.LogCaptureFixture) -> None:
    """A driver that cannot capture makes speech slower, and is not asked for ever; a spoilt capture is tried again, and
    memory that ran out is another matter."""

    def refused(run: Callable[[], None]) -> Callable[[], None]:
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing")

    sampler = Sampler(dits[V1], StepGraphs(lambda: refused))
    for _ in range(FAILURES + 2):
        assert_alike(sampler.sample(PASSAGES, GUIDANCES["guided"]), one_by_one(dits[V1], PASSAGES, GUIDANCES["guided"]))
    said = [record.getMessage().split(":")[0] for record in caplog.records]
    assert said == ["no CUDA graph, this speech is slower"] * FAILURES

    def full(run: Callable[[], None]) -> Callable[[], None]:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        Sampler(dits[V1], StepGraphs(lambda: full)).sample(PASSAGES, GUIDANCES["guided"])


def test_fitness_sees_a_capture_that_computes_something_else(dits: dict[str, DiT]) -> None:
    """Captured steps are compared with eager ones before the first job."""
    check_graphs(Sampler(dits[V1], StepGraphs(uncaptured)))
    with pytest.raises(RuntimeError, match="computes captured steps wrongly"):
        check_graphs(Sampler(dits[V1], StepGraphs(lambda: lambda run: lambda: None)))


def test_the_times_part_is_computed_once(dits: dict[str, DiT], monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule that was used before reads none of the weights that depend on the time alone."""
    computed = []
    modulation = DiT.modulation
    monkeypatch.setattr(DiT, "modulation", lambda dit, times: computed.append(len(times)) or modulation(dit, times))
    sampler = Sampler(dits[V1])
    for steps, sway in ((4, -1.0), (4, -1.0), (3, -1.0), (4, 0.0), (4, -1.0)):
        sampler.sample(PASSAGES[:1], Guidance(steps, 2.0, sway))
    assert computed == [4, 3, 4]
    for steps in range(10, 10 + SCHEDULES_KEPT):
        sampler.sample([passage(16)], Guidance(steps, 0.0, -1.0))
    sampler.sample(PASSAGES[:1], Guidance(4, 2.0, -1.0))
    assert computed[-1] == 4, "memory is bounded"


PLANS = {
    "one": ([900], 10_000),
    "sixteen": ([900 + 10 * i for i in range(16)], 40_000),
    "sixty-four": ([500 + 37 * i % 400 for i in range(64)], 20_000),
    "no memory": ([900] * 5, 0),
    "one is too long": ([100, 5_000, 100, 100], 1_000),
}


@pytest.mark.parametrize("first_alone", [True, False], ids=["first alone", "all alike"])
@pytest.mark.parametrize(("lengths", "max_frames"), PLANS.values(), ids=PLANS)
def test_a_plan_speaks_every_chunk_once(lengths: list[int], max_frames: int, first_alone: bool) -> None:
    """The first chunk alone and first, where somebody waits for it; batches of sizes that graphs are shared by, within
    memory where they can be."""
    batches = plan_batches(lengths, max_frames, first_alone=first_alone)
    assert not first_alone or batches[0] == [0]
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) in SIZES
        padded = len(batch) * bucket(max(lengths[i] for i in batch))
        assert len(batch) == 1 or padded <= max_frames


def test_a_plan_pads_little() -> None:
    """Chunks of a length run together: of 17, short and long ones in turn, none is padded to the other's length."""
    lengths = [500, *([300, 2_000] * 8)]
    batches = plan_batches(lengths, 16_384, first_alone=True)
    assert [[lengths[i] for i in batch] for batch in batches] == [[500], [2_000] * 8, [300] * 8]


def test_no_chunk_makes_no_batch() -> None:
    """Where nothing is left to speak, nothing runs."""
    assert plan_batches([], 10_000, first_alone=False) == []


@pytest.mark.gpu
@pytest.mark.usefixtures("exact_convolutions")
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is visible to PyTorch")
class TestOnGpu:
    """The same with CUDA's own graphs."""

    @pytest.mark.parametrize("guidance", GUIDANCES.values(), ids=GUIDANCES)
    @pytest.mark.parametrize("arrangement", [V0, V1])
    def test_graphs_are_eager_steps(self, arrangement: str, guidance: Guidance) -> None:
        """In single precision, alone and in ragged batches, replayed with other passages than were captured."""
        dit = make_dit(arrangement).cuda()
        dit.fuse()
        sampler = Sampler(dit, StepGraphs())
        for seed in range(2):
            passages = [passage(n, seed, "cuda") for n in LENGTHS]
            expected = one_by_one(dit, passages, guidance)
            assert_alike(sampler.sample(passages, guidance), expected)
            assert_alike([mel for one in passages for mel in sampler.sample([one], guidance)], expected)

    def test_graphs_can_be_given_up_and_captured_anew(self) -> None:
        """As after an out of memory: the memory is given back, and the next speech is captured and right."""
        dit = make_dit(V1).cuda()
        graphs = StepGraphs()
        sampler = Sampler(dit, graphs)
        passages = [passage(n, 0, "cuda") for n in LENGTHS]
        expected = one_by_one(dit, passages, GUIDANCES["guided"])
        for _ in range(3):
            assert_alike(sampler.sample(passages, GUIDANCES["guided"]), expected)
            assert graphs.captured == 1
            graphs.clear()
            torch.cuda.empty_cache()

    def test_half_precision_passes_the_check(self) -> None:
        """As a worker runs it: the check before the first job passes, and its graphs were captured."""
        graphs = StepGraphs()
        check_graphs(Sampler(make_dit(V1).half().cuda(), graphs))
        assert graphs.captured == 1

    def test_others_may_use_the_gpu_during_a_capture(self, tmp_path: Path) -> None:
        """Models are loaded onto the GPU beside the first job: neither capture nor load fails."""
        ended, failures = threading.Event(), []

        def allocate() -> None:
            try:
                while not ended.is_set():
                    torch.zeros(64, 1 << 20).to("cuda").sum().item()
                    torch.cuda.empty_cache()
            except RuntimeError as e:
                failures.append(e)

        beside = threading.Thread(target=allocate)
        beside.start()
        try:
            graphs = StepGraphs()
            sampler = Sampler(make_dit(V1).half().cuda(), graphs)
            for i in range(10):
                one = passage(64 * (i + 1), device="cuda")
                sampler.sample([Passage(one.reference.half(), one.ids, one.noise.half())], GUIDANCES["guided"])
        finally:
            ended.set()
            beside.join()
        assert not failures
        assert graphs.captured == 10
