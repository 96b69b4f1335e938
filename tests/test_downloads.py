"""Downloads to the volume: whole, verified, gone on with, one at a time, and explained when they fail."""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import HubServer
from small_disk import SmallDisk, small_disk
from waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
PIECE = 10 * 1024 * 1024
"""What the hub's client writes at a time."""

REPO, WEIGHTS, CONFIG = "org/model", "sizes/model.bin", "sizes/config.yaml"
CONTENT = random.Random(0).randbytes(3 * PIECE + 1000)

DOWNLOAD = f"""
import sys
from pathlib import Path
from f5tts_worker.errors import LoadError
from f5tts_worker.hub import DamagedError, download
from f5tts_worker.logs import configure
configure("INFO")
try:
    download({REPO!r}, ({WEIGHTS!r}, {CONFIG!r}), Path(sys.argv[1]), say_every_s=0.05)
except LoadError as e:
    sys.exit(f"{{e}}\\n-> {{e.to_do}}")
except DamagedError as e:
    sys.exit(f"damaged: {{e}}")
"""
"""A worker that starts, as far as its weights go."""


def start(folder: Path, hub: HubServer) -> "subprocess.Popen[str]":
    """Download both files to the folder."""
    ours = {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder.parent / "cache"), "HF_HUB_DISABLE_XET": "1"}
    base = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return subprocess.Popen(
        [sys.executable, "-c", DOWNLOAD, str(folder)],
        env=base | ours,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


def log_of(worker: "subprocess.Popen[str]", code: int = 0) -> str:
    """What it has said when it ends, with this code."""
    _, log = worker.communicate()
    assert worker.returncode == code, log
    assert "Traceback" not in log
    return log


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A hub that has both files."""
    with HubServer() as server:
        server.put(WEIGHTS, CONTENT)
        server.put(CONFIG, b"head: {}\n", large=False)
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files belong; it is not there yet."""
    return tmp_path / "models/model"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A small disk."""
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


def names(folder: Path) -> list[str]:
    """Names of the files in the folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_files_arrive_whole(hub: HubServer, folder: Path) -> None:
    """Both files lie under their names, nothing else is left, and a second start asks for nothing."""
    log = log_of(start(folder, hub))
    assert (folder / WEIGHTS).read_bytes() == CONTENT
    assert names(folder) == [CONFIG, WEIGHTS]
    assert re.search(r"INFO - f5tts_worker\.hub: downloading sizes/model\.bin, 31 MB\n", log)
    assert re.search(r"INFO - f5tts_worker\.hub: downloaded sizes/model\.bin in \d+\.\d s\n", log)
    asked = len(hub.asked)
    log_of(start(folder, hub))
    assert len(hub.asked) == asked


def test_the_file_that_is_looked_for_comes_last(hub: HubServer, folder: Path) -> None:
    """While the first file is not there, the others are: a start that ends in between leaves nothing half-made."""
    hub.served[WEIGHTS].blocks_after = 0
    worker = start(folder, hub)
    assert hub.served[WEIGHTS].reached.wait(30)
    assert (folder / CONFIG).is_file()
    assert not (folder / WEIGHTS).exists()
    worker.kill()
    log_of(worker, -signal.SIGKILL)


def test_a_broken_connection_is_gone_on_with(hub: HubServer, folder: Path) -> None:
    """Of a connection that breaks off, and does so again, nothing is fetched twice but the piece that was cut."""
    hub.served[WEIGHTS].breaks_off_after += [PIECE + 5000, PIECE + 5000]
    log = log_of(start(folder, hub))
    assert hub.gets(WEIGHTS) == [0, PIECE, 2 * PIECE]
    assert (folder / WEIGHTS).read_bytes() == CONTENT
    assert log.count("the connection broke off, going on with sizes/model.bin") == 2


def test_a_connection_that_always_breaks_ends_the_start(hub: HubServer, folder: Path) -> None:
    """Without a byte more in three tries, the reason is said; what came before is kept."""
    hub.served[WEIGHTS].breaks_off_after += [PIECE + 5000, 100, 100, 100]
    worker = start(folder, hub)
    assert "IncompleteRead" in worker.communicate()[1]
    assert worker.returncode == 1
    assert hub.gets(WEIGHTS) == [0, PIECE, PIECE, PIECE]
    log_of(start(folder, hub))
    assert hub.gets(WEIGHTS)[4:] == [PIECE]


def test_a_killed_download_is_gone_on_with(hub: HubServer, folder: Path) -> None:
    """The next start takes over at once, says how much is here, and asks for the rest; no part has the file's name."""
    served = hub.served[WEIGHTS]
    served.blocks_after = PIECE + 65536
    worker = start(folder, hub)
    assert served.reached.wait(30)
    wait_until(lambda: [p for p in folder.rglob("*.incomplete") if p.stat().st_size == PIECE])
    worker.kill()
    log_of(worker, -signal.SIGKILL)
    assert not (folder / WEIGHTS).exists()
    served.released.set()
    log = log_of(start(folder, hub))
    assert "downloading sizes/model.bin, 31 MB, 10 MB are here" in log
    assert hub.gets(WEIGHTS) == [0, PIECE]
    assert (folder / WEIGHTS).read_bytes() == CONTENT


def test_progress_is_said(hub: HubServer, folder: Path) -> None:
    """Every few seconds: how much of how much, how fast, how long still."""
    served = hub.served[WEIGHTS]
    served.blocks_after = 2 * PIECE + 65536
    worker = start(folder, hub)
    assert worker.stderr
    pattern = r"sizes/model\.bin: 21 of 31 MB, \d+\.\d MB/s, \d+ s left"
    assert any(re.search(pattern, line) for line in worker.stderr)
    served.released.set()
    log_of(worker)


@pytest.mark.parametrize(
    ("name", "large", "sent", "what"),
    [
        (WEIGHTS, True, CONTENT[:-1] + b"?", "hash"),
        (WEIGHTS, True, CONTENT[:-1], "size"),
        (WEIGHTS, True, CONTENT + b"?", "size"),
        (CONFIG, False, b"head: []\n", "hash"),
        (CONFIG, False, b"<html>please log in</html>", "size"),
    ],
    ids=["another byte", "a byte less", "a byte more", "a small file's byte", "a page in place of a small file"],
)
def test_what_is_not_the_hubs_is_refused(
    hub: HubServer, folder: Path, name: str, large: bool, sent: bytes, what: str
) -> None:
    """A file of another hash or size is removed and never shows; the next start fetches it from its beginning."""
    content = hub.served[name].content
    hub.put(name, content, large=large, sent=sent)
    log = log_of(start(folder, hub), 1)
    assert log.endswith(f"damaged: {name} arrived damaged: its {what} is not the hub's; start again\n")
    assert not (folder / name).exists()
    assert not [path for path in folder.rglob("*.incomplete") if path.is_file()]
    hub.put(name, content, large=large)
    log_of(start(folder, hub))
    assert (folder / name).read_bytes() == content
    assert set(hub.gets(name)) == {0}


def test_two_workers_download_once(hub: HubServer, folder: Path) -> None:
    """Of two workers that start together one downloads, the other says that it waits, and both have the files."""
    served = hub.served[WEIGHTS]
    served.blocks_after = PIECE
    first = start(folder, hub)
    assert served.reached.wait(30)
    second = start(folder, hub)
    assert second.stderr
    assert f"another worker is downloading {REPO}: waiting for it" in second.stderr.readline()
    served.released.set()
    for worker in (first, second):
        log_of(worker)
    assert (hub.gets(WEIGHTS), hub.gets(CONFIG)) == ([0], [0])
    assert names(folder) == [CONFIG, WEIGHTS]


def test_a_file_that_does_not_fit(hub: HubServer, disk: SmallDisk) -> None:
    """100 MB for a volume of 64: what it needs, what is free, what to do, before a byte is fetched."""
    hub.put(WEIGHTS, bytes(100_000_000))
    log = log_of(start(disk.path / "models", hub), 1)
    assert f"sizes/model.bin needs 0.10 GB more, and {disk.path}/models has 0.07 GB free\n" in log
    assert "-> make the volume (or the container's disk) larger, or delete what is not needed on it\n" in log
    assert hub.gets(WEIGHTS) == []


def test_a_disk_that_becomes_full(hub: HubServer, disk: SmallDisk) -> None:
    """Somebody else's files take the space meanwhile: it is said, what arrived is kept, and with space it goes on."""
    served = hub.served[WEIGHTS]
    served.blocks_after = PIECE + 65536
    folder = disk.path / "models"
    worker = start(folder, hub)
    assert served.reached.wait(30)
    wait_until(lambda: [p for p in folder.rglob("*.incomplete") if p.stat().st_size == PIECE])
    filler = disk.fill(leave=1_000_000)
    served.released.set()
    log = log_of(worker, 1)
    assert f"{folder} became full while {REPO} was downloaded to it\n-> make the volume (or the" in log
    assert not (folder / WEIGHTS).exists()
    filler.unlink()
    log_of(start(folder, hub))
    assert (folder / WEIGHTS).read_bytes() == CONTENT
    assert hub.gets(WEIGHTS)[0] == 0
    assert hub.gets(WEIGHTS)[1] >= PIECE


def test_a_disk_that_is_full(hub: HubServer, disk: SmallDisk) -> None:
    """Where not even the lease can be written, the same is said."""
    (disk.path / "models").mkdir()
    disk.fill()
    assert "became full while org/model was downloaded to it" in log_of(start(disk.path / "models", hub), 1)
