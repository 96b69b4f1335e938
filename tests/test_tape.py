"""Tape: a recording on disk."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_disk import small_disk

from f5tts_worker.audio import Audio
from f5tts_worker.errors import InternalError
from f5tts_worker.tape import Tape

ROOT = Path(__file__).resolve().parent.parent


def _noise(n_samples: int) -> Audio:
    return Audio(np.random.default_rng(0).standard_normal(n_samples).astype(np.float32), 22_050)


@given(lengths=st.lists(st.integers(0, 700), max_size=8), times=st.tuples(st.integers(0, 200), st.integers(0, 200)))
def test_what_is_read_is_what_was_appended(lengths: list[int], times: tuple[int, int]) -> None:
    """Whatever its parts were, the tape holds every sample, and cuts a part out where Audio does."""
    whole = _noise(sum(lengths))
    with Tape(rate=22_050) as tape:
        at = 0
        for length in lengths:
            tape.append(whole.samples[at : at + length])
            at += length
        assert tape.n_samples == len(whole.samples)
        assert tape.duration_s == whole.duration_s
        start, end = min(times), max(times)
        part = tape.read_ms(start, end)
        np.testing.assert_array_equal(part.samples, whole.slice_ms(start, end).samples)
        assert part.rate == 22_050


@pytest.mark.parametrize("seconds", [0.00001, 0.001, 0.0113, 10])
def test_blocks_are_the_whole(seconds: float) -> None:
    """Blocks of any length hold each sample once, in order."""
    whole = _noise(500)
    with Tape(rate=22_050) as tape:
        tape.append(whole.samples)
        blocks = list(tape.blocks(seconds))
        np.testing.assert_array_equal(np.concatenate(blocks), whole.samples)
        assert {len(block) for block in blocks[:-1]} <= {max(1, int(seconds * 22_050))}


def test_an_empty_tape_has_no_blocks() -> None:
    """Nothing was spoken yet."""
    with Tape() as tape:
        assert (tape.duration_s, list(tape.blocks()), len(tape.read_ms(0, 100).samples)) == (0, [], 0)


def test_doubles_become_floats() -> None:
    """Samples are single precision, whatever they were."""
    with Tape() as tape:
        tape.append(np.linspace(-1, 1, 99))  # type: ignore[arg-type]  # of a library that reckons in doubles
        np.testing.assert_array_equal(tape.read_ms(0, 100).samples, np.linspace(-1, 1, 99).astype(np.float32))


def test_what_is_read_may_be_changed() -> None:
    """A part is the reader's own: the tape keeps what it has."""
    with Tape() as tape:
        tape.append(np.ones(240, np.float32))
        tape.read_ms(0, 10).samples[:] = 0
        assert tape.read_ms(0, 10).samples.min() == 1


def test_leaves_no_file(tmp_path: Path) -> None:
    """Not even while it is in use, so that a killed worker leaves nothing on its disk."""
    with Tape(tmp_path) as tape:
        tape.append(np.ones(1000, np.float32))
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_costs_no_sample(tmp_path: Path) -> None:
    """What does not fit is an error in plain words; what was appended before can still be read."""
    with small_disk(tmp_path / "disk") as disk, Tape(disk.path) as tape:
        tape.append(np.ones(1000, np.float32))
        disk.fill(leave=8192)
        with pytest.raises(InternalError, match="No space left on device") as full:
            tape.append(np.zeros(1_000_000, np.float32))
        assert str(tmp_path) not in full.value.message
        assert tape.n_samples == 1000
        assert tape.read_ms(0, 1000).samples.sum() == 1000


WITH_LIMIT = """
import resource, sys
import numpy as np
from f5tts_worker.errors import InternalError
from f5tts_worker.tape import Tape
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
tape = Tape()
tape.append(np.ones(1000, np.float32))
try:
    tape.append(np.ones(1_000_000, np.float32))
except InternalError as e:
    print(tape.n_samples, e.message)
"""


def test_a_file_that_may_not_grow_is_told() -> None:
    """A limit on the size of files is an error of the same kind."""
    done = subprocess.run(
        [sys.executable, "-c", WITH_LIMIT], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("1000 the speech could not be kept on the worker's disk (File too large)")
