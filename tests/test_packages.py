"""The worker's packages on a volume: built once, whole or not at all, whatever happens meanwhile."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import HubServer
from small_disk import SmallDisk, small_disk
from small_lock import make_lock, make_small_python, make_wheel, path_with_uv
from waiting import wait_until

from f5tts_worker.lease import DEAD_AFTER_S
from f5tts_worker.packages import COMPLETE, UNUSED_AFTER_S, Packages

ROOT = Path(__file__).resolve().parent.parent
NEEDED_BYTES = 1_000_000

BUILD = """
import sys
from pathlib import Path
from f5tts_worker.errors import LoadError
from f5tts_worker.logs import configure
from f5tts_worker.packages import Packages
configure("INFO")
try:
    print(Packages(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])).ready())
except LoadError as e:
    sys.exit(f"{e}\\n-> {e.to_do}")
"""
"""A worker that starts, as far as its packages go."""


class Site:
    """A volume, a lock of two small packages, and workers that start on it."""

    def __init__(self, folder: Path, volume: Path) -> None:
        self.volume = volume
        self.venv = volume / "venv"
        self.started: list[subprocess.Popen[str]] = []
        self.wheels = folder / "wheels"
        first = make_wheel(self.wheels, "first", {"first.py": b"VALUE = 1\n"})
        second = make_wheel(self.wheels, "second", {"second.py": b"VALUE = 2\n"})
        self.lock = make_lock(folder / "lock.txt", first, second)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("UV_")},
            "PATH": path_with_uv(),
            "PYTHONPATH": str(ROOT),
            "UV_CACHE_DIR": str(volume / "cache/uv"),
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(self.wheels),
        }

    @property
    def packages(self) -> Packages:
        """What a worker looks for."""
        return Packages(self.lock, self.venv, NEEDED_BYTES)

    def start(self, needed_bytes: int = NEEDED_BYTES, python: Path | str = sys.executable) -> "subprocess.Popen[str]":
        """A worker that starts, in a group of its own: a container's processes die together."""
        worker = subprocess.Popen(
            [str(python), "-c", BUILD, str(self.lock), str(self.venv), str(needed_bytes)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(worker)
        return worker

    def stop(self) -> None:
        """End what a failed test has left."""
        for worker in self.started:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
            worker.communicate()

    def ready(self) -> Path:
        """The interpreter that a worker which starts now finds or builds."""
        worker = self.start()
        said, log = worker.communicate()
        assert worker.returncode == 0, log
        python = Path(said.strip())
        assert python == self.packages.python()
        values = subprocess.run(
            [python, "-Ic", "import first, second; print(first.VALUE, second.VALUE)"], capture_output=True, check=True
        )
        assert values.stdout == b"1 2\n"
        return python

    def fails(self, **how: int | Path | str) -> str:
        """What a worker says that cannot have its packages; no half of them is left."""
        worker = self.start(**how)  # type: ignore[arg-type]  # as start takes them
        said, log = worker.communicate()
        assert (worker.returncode, said) == (1, ""), log
        assert "Traceback" not in log
        assert self.left() == []
        return log

    def left(self) -> list[str]:
        """Names of what is in VOLUME_DIR/venv."""
        return sorted(path.name for path in self.venv.glob("*"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A volume without packages, which lie in a folder."""
    site = Site(tmp_path, tmp_path / "volume")
    yield site
    site.stop()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A server of wheels."""
    with HubServer() as server:
        yield server


@pytest.fixture
def far(site: Site, hub: HubServer) -> Site:
    """A volume without packages, which are fetched from a server."""
    for wheel in site.wheels.iterdir():
        hub.put(wheel.name, wheel.read_bytes(), large=False)
    site.environment["UV_FIND_LINKS"] = f"{hub.url}/wheels/"
    return site


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def test_they_are_built_once(site: Site) -> None:
    """The first start builds, without an activated environment around; the next one finds, without uv and wheels."""
    python = site.ready()
    shutil.rmtree(site.wheels)
    site.environment["PATH"] = os.defpath
    assert site.ready() == python
    assert site.left() == [python.parent.parent.name]


def test_another_lock_is_another_environment(site: Site) -> None:
    """Workers of an older image keep their packages."""
    old = site.ready()
    site.lock.write_text(site.lock.read_text() + "# changed\n")
    assert site.ready() != old
    assert old.exists()


def _without_stamp(environment: Path) -> None:
    (environment / COMPLETE).unlink()


def _without_python(environment: Path) -> None:
    (environment / "bin/python").unlink()


def _dead_link(environment: Path) -> None:
    _without_python(environment)
    (environment / "bin/python").symlink_to("/nowhere/python")


@pytest.mark.parametrize("spoil", [_without_stamp, _without_python, _dead_link], ids=lambda spoil: spoil.__name__[1:])
def test_half_an_environment_is_built_anew(site: Site, spoil: Callable[[Path], None]) -> None:
    """An environment that is not whole is replaced, with what is wrong in it."""
    environment = site.ready().parent.parent
    (environment / "leftover").touch()
    spoil(environment)
    assert site.ready().parent.parent == environment
    assert not (environment / "leftover").exists()


def has(folder: Path, pattern: str) -> bool:
    """Whether such a file is there by now; meanwhile other folders come and go."""
    with contextlib.suppress(FileNotFoundError):
        return any(folder.rglob(pattern))
    return False


def test_a_killed_build_is_gone_on_with(far: Site, hub: HubServer) -> None:
    """Nothing half-made shows; the next start takes over at once, and fetches only what had not come."""
    slow = hub.served["second-1-py3-none-any.whl"]
    slow.blocks_after = 0
    worker = far.start()
    assert slow.reached.wait(30)
    wait_until(lambda: has(far.volume / "cache", "first/*.http"))  # uv has it whole
    os.killpg(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert far.packages.python() is None
    assert [name for name in far.left() if not name.startswith(".")] == []
    slow.released.set()
    began = time.monotonic()
    python = far.ready()
    assert time.monotonic() - began < DEAD_AFTER_S
    assert far.left() == [python.parent.parent.name]
    assert hub.gets("first-1-py3-none-any.whl") == [0]


def test_two_builders_build_once(far: Site, hub: HubServer) -> None:
    """Of two workers that start together one builds, the other says that it waits, and both run from the same."""
    slow = hub.served["second-1-py3-none-any.whl"]
    slow.blocks_after = 0
    builder = far.start()
    assert slow.reached.wait(30)
    waiter = far.start()
    assert waiter.stderr
    assert "another worker is building the packages on the volume: waiting for it" in waiter.stderr.readline()
    fetched = {name: len(hub.gets(name)) for name in hub.served}
    slow.released.set()
    results = [worker.communicate() for worker in (builder, waiter)]
    assert results[0][0] == results[1][0] == f"{far.packages.python()}\n", results
    assert {name: len(hub.gets(name)) for name in hub.served} == fetched
    assert len(far.left()) == 1


def test_a_volume_that_becomes_full(tmp_path: Path, disk: SmallDisk) -> None:
    """100 MB of packages on a volume of 64 MB: the cause and what to do; enlarged, the next start builds."""
    site = Site(tmp_path, disk.path)
    large = make_wheel(site.wheels, "large", {"large.bin": random.Random(0).randbytes(100_000_000)})
    site.lock.write_text(site.lock.read_text() + make_lock(tmp_path / "large.txt", large).read_text())
    log = site.fails()
    assert f"{site.venv} became full while the packages were built on it: " in log
    assert "-> make the volume (or the container's disk) larger, or delete what is not needed on it; what was" in log
    disk.remount("size=400m")
    assert site.ready().is_relative_to(disk.path)
    disk.fill()
    site.ready()  # what is there can be used, however full it is


def test_a_volume_that_is_full(tmp_path: Path, disk: SmallDisk) -> None:
    """Where not even the lease can be written, the same is said."""
    disk.fill()
    log = Site(tmp_path, disk.path).fails()
    assert "became full while the packages were built on it" in log


def test_a_volume_that_is_too_small(tmp_path: Path, disk: SmallDisk) -> None:
    """Before anything is fetched: what is needed, what is free, what to do."""
    log = Site(tmp_path, disk.path).fails(needed_bytes=8_500_000_000)
    assert f"the packages need 8.5 GB, and {disk.path}/venv has 0.1 GB free" in log
    assert "-> make the volume larger (20 GB hold packages and weights), or use the image with the packages" in log


def test_an_index_that_is_away(site: Site) -> None:
    """A network that fails ends the start with what uv said."""
    site.environment |= {"UV_FIND_LINKS": "http://127.0.0.1:9/", "UV_HTTP_RETRIES": "0"}
    log = site.fails()
    assert "the packages could not be built: " in log
    assert "http://127.0.0.1:9/" in log
    assert "-> if the network failed, start again: what was fetched is kept" in log


def test_a_package_that_is_not_the_locked_one(site: Site) -> None:
    """A wheel whose hash is not the lock's is refused."""
    make_wheel(site.wheels, "second", {"second.py": b"VALUE = 'forged'\n"})
    assert "Hash mismatch" in site.fails()


def test_an_image_without_uv(site: Site, tmp_path: Path) -> None:
    """An image that cannot build says what it lacks."""
    site.environment["PATH"] = os.defpath
    log = site.fails(python=make_small_python(tmp_path / "image"))
    assert "uv, which builds the packages, is not in this image" in log


def test_environments_that_nobody_starts_from_make_room(site: Site) -> None:
    """Whoever builds removes what was last started from more than a week ago, and what uv keeps of it; younger ones
    stay, and so does an old one that a worker starts from again."""
    last = site.ready().parent.parent
    old, young = site.venv / "old", site.venv / "young"
    for environment, age_s in ((last, 3), (old, 1.01), (young, 0.99)):
        (environment / "lib").mkdir(parents=True, exist_ok=True)
        (environment / COMPLETE).touch()
        then = time.time() - age_s * UNUSED_AFTER_S
        os.utime(environment / COMPLETE, (then, then))
    site.ready()  # from here on it is in use
    kept = site.volume / "cache/uv/archive-v0/of the old one"
    kept.mkdir()
    site.lock.write_text(site.lock.read_text() + "# changed\n")
    current = site.ready().parent.parent
    assert site.left() == sorted([current.name, last.name, "young"])
    assert not kept.exists()


def test_a_builder_that_was_thought_dead_breaks_nothing(far: Site, hub: HubServer) -> None:
    """What the one that took over has built, and workers run from, stays when the frozen one wakes up."""
    slow = hub.served["second-1-py3-none-any.whl"]
    slow.blocks_after = 0
    frozen = far.start()
    assert slow.reached.wait(30)
    frozen.send_signal(signal.SIGSTOP)
    (far.venv / ".builder").unlink()  # as one on another machine does after half a minute
    slow.released.set()
    environment = far.ready().parent.parent
    inode = environment.stat().st_ino
    frozen.send_signal(signal.SIGCONT)
    frozen.communicate()
    assert environment.stat().st_ino == inode
    assert far.left() == [environment.name]
