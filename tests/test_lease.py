"""A lease: one holder at a time, and none that is dead for long."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_disk import SmallDisk, small_disk

from f5tts_worker.lease import Lease
from f5tts_worker.repeat import every

ROOT = Path(__file__).resolve().parent.parent
BEAT_S, DEAD_AFTER_S = 0.02, 0.4
PATIENCE_S = 20.0
FOREIGN = json.dumps({"token": "x", "boot": "another machine", "processes": "pid:[1]", "pid": 1, "started": "1"})

HOLD = """
import sys, threading
from pathlib import Path
from f5tts_worker.lease import Lease
with Lease(Path(sys.argv[1]), "testing"):
    print("held", flush=True)
    threading.Event().wait()
"""


def lease(path: Path) -> Lease:
    """A lease whose holders are dead soon."""
    return Lease(path, "testing", beat_s=BEAT_S, dead_after_s=DEAD_AFTER_S)


def patient(path: Path) -> Lease:
    """A lease that believes nobody dead for being silent, as long as a test lasts."""
    return Lease(path, "testing", beat_s=BEAT_S, dead_after_s=PATIENCE_S * 10)


def in_thread(action: Callable[[], None]) -> threading.Thread:
    """Run it beside the test."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the lease lies, in a folder that is not there yet."""
    return tmp_path / "folder/.lease"


@pytest.fixture
def holder(path: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process of this machine that holds the lease."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_one_at_a_time(path: Path) -> None:
    """Of eight that want it at once, each gets it, and never two together."""
    inside, most, done = 0, 0, 0
    counting = threading.Lock()

    def work() -> None:
        nonlocal inside, most, done
        with patient(path):
            with counting:
                inside += 1
                most = max(most, inside)
            with counting:
                inside, done = inside - 1, done + 1

    for thread in [in_thread(work) for _ in range(8)]:
        thread.join(PATIENCE_S)
    assert (most, done) == (1, 8)


def test_it_is_released_however_the_work_ends(path: Path) -> None:
    """Nothing is left of a lease whose work failed."""
    with pytest.raises(ZeroDivisionError), patient(path):
        raise ZeroDivisionError
    assert list(path.parent.iterdir()) == []


def test_a_killed_holder_of_this_machine_is_replaced_at_once(path: Path, holder: "subprocess.Popen[str]") -> None:
    """Whose process is gone is not waited for."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    began = time.monotonic()
    with patient(path):
        assert time.monotonic() - began < PATIENCE_S


def test_a_number_that_is_used_again_is_no_holder(path: Path) -> None:
    """A process that has a dead holder's number, as the first one of a container always does, does not stand for it."""
    path.parent.mkdir()
    with patient(path):
        mine = json.loads(path.read_text())
    path.write_text(json.dumps(mine | {"started": "1"}))
    with patient(path):
        assert json.loads(path.read_text())["pid"] == os.getpid()


def test_a_living_holder_of_this_machine_is_waited_for(path: Path, holder: "subprocess.Popen[str]") -> None:
    """The lease is not taken from a process that lives, and is there when it ends."""
    taken = threading.Event()

    def work() -> None:
        with patient(path):
            taken.set()

    thread = in_thread(work)
    assert not taken.wait(DEAD_AFTER_S)
    holder.terminate()
    holder.wait()
    assert taken.wait(PATIENCE_S)
    thread.join(PATIENCE_S)


@pytest.mark.parametrize(
    "left", [FOREIGN, "", "{", FOREIGN[:20]], ids=["another machine's", "empty", "no JSON", "half written"]
)
def test_a_silent_holder_is_waited_for_and_then_replaced(path: Path, left: str) -> None:
    """Of a holder that cannot be looked at, silence tells, and not before its time."""
    path.parent.mkdir()
    path.write_text(left)
    began = time.monotonic()
    with lease(path):
        assert DEAD_AFTER_S <= time.monotonic() - began < PATIENCE_S


def test_a_holder_that_gives_signs_of_life_is_waited_for(path: Path) -> None:
    """A holder on another machine keeps the lease for as long as it touches it."""
    path.parent.mkdir()
    path.write_text(FOREIGN)
    taken = threading.Event()

    def work() -> None:
        with lease(path):
            taken.set()

    with every(BEAT_S, lambda: os.utime(path)):
        thread = in_thread(work)
        assert not taken.wait(3 * DEAD_AFTER_S)
    assert taken.wait(PATIENCE_S)
    thread.join(PATIENCE_S)


def test_a_holder_gives_signs_of_life(path: Path) -> None:
    """Who holds a lease touches it by itself, so that others wait."""
    with lease(path):
        first = path.stat().st_mtime_ns
        deadline = time.monotonic() + PATIENCE_S
        while path.stat().st_mtime_ns == first:
            assert time.monotonic() < deadline


def test_two_that_take_over_at_once(path: Path) -> None:
    """Two that find the same dead holder get its lease one after the other."""
    path.parent.mkdir()
    for _ in range(10):
        path.write_text(FOREIGN)
        inside, most = [], []
        both = threading.Barrier(2)

        def work(inside: list[int] = inside, most: list[int] = most, both: threading.Barrier = both) -> None:
            both.wait()
            with Lease(path, "testing", beat_s=BEAT_S, dead_after_s=0.05):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

        for thread in [in_thread(work), in_thread(work)]:
            thread.join(PATIENCE_S)
        assert most == [1, 1]
    assert list(path.parent.iterdir()) == []


def test_a_lease_that_was_taken_over_is_left_to_its_holder(path: Path) -> None:
    """A holder that was thought dead, and was not, does not release another's lease."""
    with patient(path):
        path.write_text(FOREIGN)
    assert path.read_text() == FOREIGN


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def test_a_full_disk_leaves_no_lease(disk: SmallDisk) -> None:
    """Where a lease cannot be written, it says so, and holds up nobody."""
    path = disk.path / ".lease"
    disk.fill()
    with pytest.raises(OSError) as caught, patient(path):
        pass
    assert caught.value.errno == errno.ENOSPC
    assert not path.exists()


@pytest.mark.parametrize(
    "left", ["", "[]", "{}", '{"boot": 1}', "\x00", '"x"'], ids=["empty", "list", "object", "half", "null", "text"]
)
def test_a_damaged_lease_is_silent_and_dead(tmp_path: Path, left: str) -> None:
    """Whatever stands in a lease that nobody touches, it is taken over when its time is up."""
    path = tmp_path / "lease"
    path.write_text(left)
    with lease(path):
        assert path.read_text() != left
