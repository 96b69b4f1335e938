"""A gate before benchmarks.timing_accuracy: a dozen of its tuning cases, well within its figures."""

import numpy as np
import pytest

from benchmarks.timing_accuracy import CONDITIONS, measure
from benchmarks.timing_cases import SENTENCES, cases
from f5tts_worker.aligners.offline import OfflineAligner


@pytest.fixture(scope="module")
def aligner() -> OfflineAligner:
    """A loaded aligner."""
    aligner = OfflineAligner()
    aligner.load()
    return aligner


@pytest.mark.parametrize(
    ("condition", "median_ms", "p95_ms"),
    [("clean", 5, 20), ("pauses", 5, 30), ("noise", 6, 50), ("word-wise", 12, 200)],
)
def test_words_start_where_they_are_spoken(
    aligner: OfflineAligner, condition: str, median_ms: float, p95_ms: float
) -> None:
    """Word starts are near the truth, in voices, languages and at rates that the reference does not have."""
    measured = [measure(aligner, case, condition) for case in cases("dev")[::4]]
    errors = np.abs(np.concatenate([m.start_errors_ms for m in measured]))
    assert np.median(errors) <= median_ms
    assert np.percentile(errors, 95) <= p95_ms


def test_cases_are_what_the_benchmark_says() -> None:
    """A hundred sentences and more, half of them held out, in ten voices and more, heard in another than they hold."""
    halves = [case.half for case in cases()]
    assert len(halves) == sum(map(len, SENTENCES.values())) > 100
    assert halves.count("dev") == halves.count("held-out")
    assert len({case.voice for case in cases("held-out")}) > 10
    assert set(CONDITIONS) == {"clean", "pauses", "noise", "word-wise"}
