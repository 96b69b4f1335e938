"""The start of a container, on real folders and disks: it survives a fault, or ends with one block that explains it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from hub_server import HubServer
from small_disk import SmallDisk, small_disk
from small_lock import make_lock, make_small_python, make_wheel, path_with_uv, wheel_of_everything
from tiny_f5 import random_dit, tiny_config, write_checkpoint, write_config, write_vocoder
from waiting import wait_until

from f5tts_worker.errors import ALWAYS_TO_DO
from f5tts_worker.settings import KNOWN, Settings
from f5tts_worker.volume import cache_environment

ROOT = Path(__file__).resolve().parent.parent
STAGES = ["settings", "volume", "environment", "device", "packages", "weights", "start"]
CHECKPOINT = "F5TTS_v1_Base/model_1250000.safetensors"
VOCODER = "pytorch_model.bin"
JOB = ("--test_input", '{"id": "one", "input": {"text": "Hello.", "nfe_step": 5, "seed": 1}}')
FULL = (sys.executable, "-m", "f5tts_worker.bootstrap")
"""The command of an image that has every package."""

Command = tuple[str, ...]


@dataclass(frozen=True)
class Ended:
    """A container that has ended."""

    code: int
    stages: dict[str, dict[str, object]]
    said: str
    """On stdout."""
    log: str

    @property
    def block(self) -> list[str]:
        """The one block that a failed start ends with; before it there are only lines of the log."""
        assert self.code == 1, self.log
        assert "Traceback" not in self.log
        log, found, block = self.log.partition("The worker cannot start.\n")
        assert found, self.log
        assert [line for line in log.splitlines() if not re.search(" (INFO|WARNING) ", line)] == []
        lines = block.splitlines()
        assert [line for line in lines if not line.startswith("  ")] == []
        assert lines[-1].endswith(ALWAYS_TO_DO)
        return [line.strip() for line in lines[:-1]]


class Container:
    """One start of an image: what it is given, and what it can write to."""

    def __init__(self, folder: Path, volume: Path) -> None:
        self.volume = volume
        self.folders = {name: folder / name for name in ("home", "tmp", "workdir")}
        for path in self.folders.values():
            path.mkdir()
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in KNOWN and name[:3] not in ("HF_", "UV_")
            },
            **{"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PATH": path_with_uv()},
            **{"PYTHONPATH": str(ROOT), "VOLUME_DIR": str(volume)},
            **{
                "STORAGE": "local",
                "STORAGE_DIR": str(folder / "storage"),
                "WARM_TRANSCRIBER": "off",
                "WARM_ALIGNER": "off",
                "DEVICE": "cpu",
            },
            **{"UV_NO_INDEX": "1", "HF_HUB_OFFLINE": "1"},
        }

    def start(self, command: Command, *arguments: str) -> "subprocess.Popen[str]":
        """Run it, in a group of its own."""
        return subprocess.Popen(
            [*command, *arguments],
            env=self.environment,
            cwd=self.folders["workdir"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, command: Command, *arguments: str) -> Ended:
        """Run it to its end."""
        return ended(self.start(command, *arguments))

    def written_outside(self) -> list[Path]:
        """What has been left in HOME, TMPDIR and the working directory."""
        return [path for folder in self.folders.values() for path in folder.rglob("*")]


def ended(process: "subprocess.Popen[str]") -> Ended:
    """Wait for its end."""
    said, log = process.communicate()
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"stage": ')]
    assert [line["stage"] for line in lines] == STAGES[: len(lines)]
    assert all(line["seconds"] >= 0 for line in lines)
    return Ended(process.returncode, {line["stage"]: line for line in lines}, said, log)


@dataclass(frozen=True)
class Tiny:
    """A tiny model."""

    config: Path
    checkpoint: Path
    vocoder: Path

    @property
    def environment(self) -> dict[str, str]:
        """How a worker is told of it, but for the vocoder."""
        return {"ENGINE": "f5", "F5_MODEL": str(self.config), "F5_CHECKPOINT": str(self.checkpoint)}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A tiny model, which speaks."""
    folder = tmp_path_factory.mktemp("tiny")
    tensors = random_dit(tiny_config("F5TTS_v1_Base"))
    return Tiny(
        write_config(folder / "tiny.yaml", "F5TTS_v1_Base"),
        write_checkpoint(folder / "model.safetensors", tensors),
        write_vocoder(folder / "vocos"),
    )


@pytest.fixture(scope="module")
def slim(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command of an image that has the core's packages only."""
    python = make_small_python(tmp_path_factory.mktemp("image") / "venv")
    return str(python), str(ROOT / "tests/small_bootstrap.py")


@pytest.fixture
def container(tmp_path: Path) -> Container:
    """A container with an empty volume and the packages of the worker in a folder, away from every hub."""
    (tmp_path / "volume").mkdir()
    container = Container(tmp_path, tmp_path / "volume")
    everything = wheel_of_everything(tmp_path / "wheels")
    container.environment["SMALL_LOCK"] = str(make_lock(tmp_path / "lock.txt", everything))
    container.environment["UV_FIND_LINKS"] = str(tmp_path / "wheels")
    return container


@pytest.fixture
def hub(container: Container, tiny: Tiny) -> Iterator[HubServer]:
    """A hub in reach of the container, which has the vocoder."""
    with HubServer() as server:
        server.put(VOCODER, (tiny.vocoder / VOCODER).read_bytes())
        server.put("config.yaml", (tiny.vocoder / "config.yaml").read_bytes(), large=False)
        container.environment |= {"HF_ENDPOINT": server.url, "HF_HUB_OFFLINE": "0"}
        yield server


@pytest.fixture
def disk(tmp_path: Path, container: Container) -> Iterator[SmallDisk]:
    """A small disk as the container's volume."""
    with small_disk(tmp_path / "disk") as mounted:
        container.volume = mounted.path
        container.environment["VOLUME_DIR"] = str(mounted.path)
        yield mounted


@pytest.fixture(scope="module", autouse=True)
def without_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator["subprocess.Popen[str]"]:
    """A start whose hub is away: its client tries for 23 s, so it begins before the other tests."""
    folder = tmp_path_factory.mktemp("away")
    (folder / "volume").mkdir()
    container = Container(folder, folder / "volume")
    container.environment |= {"ENGINE": "f5", "HF_ENDPOINT": "http://127.0.0.1:9", "HF_HUB_OFFLINE": "0"}
    process = container.start(FULL)
    yield process
    process.kill()
    process.communicate()


def test_a_first_start_on_a_volume(container: Container, hub: HubServer, tiny: Tiny, slim: Command) -> None:
    """A small image builds its packages, downloads weights, speaks a job that came as an argument, and writes to the
    volume alone; the next start finds all of it."""
    container.environment |= tiny.environment
    first = container.run(slim, *JOB)
    assert first.code == 0, first.log
    assert list(first.stages) == STAGES
    python = Path(str(first.stages["start"]["python"]))
    assert python.parent.parent.parent == container.volume / "venv"
    assert first.stages["weights"]["vocoder"] == str(container.volume / "models/vocos-mel-24khz")
    assert "Job one completed successfully." in first.said
    assert "'engine': 'f5'" in first.said
    assert container.written_outside() == []
    asked = len(hub.asked)
    container.environment["PATH"] = os.defpath  # no uv
    second = container.start(slim, "--rp_serve_api", "--rp_api_port", "0")
    assert second.stdout
    lines = [second.stdout.readline() for _ in STAGES]
    assert json.loads(lines[-1])["python"] == str(python)
    second.terminate()
    second.communicate()
    assert len(hub.asked) == asked
    sys.stdout.write(f"first start: {first.stages['start']['seconds']} s, warm volume: {lines[-1]}")


def test_no_volume_and_all_packages(container: Container, tiny: Tiny) -> None:
    """The image with the packages inside goes on without a volume: it warns, and models belong to /models; that its
    checkpoint is cut short is what ends the start."""
    container.volume.rmdir()
    cut = container.folders["home"].with_name("cut.safetensors")
    cut.write_bytes(tiny.checkpoint.read_bytes()[:5000])
    container.environment |= tiny.environment | {"F5_CHECKPOINT": str(cut), "VOCODER_DIR": str(tiny.vocoder)}
    container.environment["MODEL_DIR"] = ""  # as a form sends a field that nobody filled in
    result = container.run(FULL)
    assert list(result.stages) == STAGES
    assert result.stages["volume"]["path"] is None
    assert f"WARNING - f5tts_worker.bootstrap: no volume at {container.volume}\n" in result.log
    assert result.block[0] == "stage: load"
    assert result.block[1].startswith(f"cause: the checkpoint {cut} cannot be read: it is truncated or damaged (5000 ")
    assert f"volume {container.volume}: not there" in result.block[2]
    assert result.block[3].startswith("MODEL_DIR /models: ")
    assert result.block[4] == "to do: replace it, or delete it"


def test_a_checkpoint_of_another_architecture(container: Container, tiny: Tiny) -> None:
    """What is no F5-TTS is named, with what it may be for."""
    other = write_checkpoint(container.volume / "other.safetensors", {"layers.0.weight": torch.zeros(2, 2)})
    container.environment |= tiny.environment | {"F5_CHECKPOINT": str(other), "VOCODER_DIR": str(tiny.vocoder)}
    result = container.run(FULL)
    assert list(result.stages) == STAGES
    assert result.block[0] == "stage: load"
    assert "it has no tensor input_embed.proj.weight: not a DiT of F5-TTS" in result.block[1]
    assert "ENGINE=upstream" in "\n".join(result.block)


def test_no_volume_and_no_packages(container: Container, slim: Command) -> None:
    """The small image cannot do without a volume, and says both ways out."""
    container.volume.rmdir()
    container.environment["ENGINE"] = "f5"
    assert container.run(slim).block == [
        "stage: packages",
        f"cause: this image holds no packages for ENGINE=f5, and there is no volume at {container.volume} to build "
        "them on",
        f"found: ENGINE=f5; volume {container.volume}: not there; GPU not looked at",
        "MODEL_DIR /models: not there",
        "to do: attach a network volume of 20 GB or more, or use the image with the packages inside",
    ]


@pytest.mark.parametrize(
    ("environment", "stage", "cause"),
    [
        ({"ENGINE": "f6"}, "settings", r"ENGINE='f6' is not valid: .*'preview'"),
        ({"URL_EXPIRES_IN": "5"}, "settings", r"URL_EXPIRES_IN='5' is not valid: .*60 to 604800"),
        ({"F5_CHECKPOINT": "/nowhere.pt"}, "weights", r"F5_CHECKPOINT=/nowhere\.pt: there is no such file"),
        ({"F5_MODEL": "F5TTS_Small"}, "weights", r"no checkpoint of F5_MODEL=F5TTS_Small is published"),
        ({}, "weights", rf"SWivid/F5-TTS {CHECKPOINT} is missing\. Looked for:"),
    ],
    ids=["unknown engine", "a number out of range", "no such checkpoint", "never published", "no hub and no weights"],
)
def test_what_is_set_wrong_or_missing(
    container: Container, environment: dict[str, str], stage: str, cause: str
) -> None:
    """The block has the stage in which the start ended and the cause, and the stages before were told."""
    container.environment |= {"ENGINE": "f5"} | environment
    result = container.run(FULL)
    assert list(result.stages) == STAGES[: STAGES.index(stage)]
    assert result.block[0] == f"stage: {stage}"
    assert re.match(f"cause: {cause}", result.block[1])
    assert container.written_outside() == []


@pytest.mark.skipif(Path("/dev/nvidiactl").exists(), reason="there is a GPU")
def test_no_gpu(container: Container) -> None:
    """DEVICE=cuda without a GPU ends the start before anything is looked for."""
    container.environment |= {"ENGINE": "f5", "DEVICE": "cuda"}
    assert container.run(FULL).block[:2] == [
        "stage: device",
        "cause: DEVICE=cuda, but this container has no GPU: no NVIDIA device is in it",
    ]


@pytest.mark.parametrize("status", [401, 404])
def test_a_hub_that_refuses(container: Container, hub: HubServer, status: int) -> None:
    """A repository that is private or gone: each place that was looked at, what the hub said, what to do."""
    hub.status = status
    container.environment["ENGINE"] = "f5"
    block = container.run(FULL).block
    assert block[:7] == [
        "stage: weights",
        f"cause: SWivid/F5-TTS {CHECKPOINT} is missing. Looked for:",
        f"{container.volume}/huggingface-cache/hub/models--SWivid--F5-TTS/snapshots/*/{CHECKPOINT}",
        f"{container.volume}/models/F5-TTS/{CHECKPOINT}",
        f"{container.volume}/models/{CHECKPOINT}",
        f"/models/F5-TTS/{CHECKPOINT}",
        f"/models/{CHECKPOINT}",
    ]
    assert block[7].startswith("and could not download it: ")
    assert str(status) in block[7]
    assert block[-1].startswith("to do: put the file into one of these places, name it with F5_CHECKPOINT, or let ")


def test_a_volume_that_is_read_only(container: Container, disk: SmallDisk) -> None:
    """A volume that cannot be written to ends the start, with what to do."""
    disk.remount("ro")
    result = container.run(FULL)
    assert list(result.stages) == ["settings"]
    assert result.block[:2] == [
        "stage: volume",
        f"cause: the volume {disk.path} cannot be written to: Read-only file system",
    ]
    assert result.block[-1].startswith("to do: attach the volume for reading and writing, or detach it and use the ")


def test_a_volume_that_becomes_full_of_packages(container: Container, disk: SmallDisk, slim: Command) -> None:
    """The start says that little is free, then that it was too little."""
    container.environment["ENGINE"] = "f5"
    content = os.urandom(30_000_000)
    large = make_wheel(Path(container.environment["UV_FIND_LINKS"]), "large", {"large.bin": content})
    make_lock(Path(container.environment["SMALL_LOCK"]), large)
    disk.fill(leave=20_000_000)
    result = container.run(slim)
    assert f"WARNING - f5tts_worker.bootstrap: {disk.path} has 20 MB free: make it larger" in result.log
    assert result.block[0] == "stage: packages"
    assert result.block[1].startswith(f"cause: {disk.path}/venv became full while the packages were built on it: ")
    assert list((disk.path / "venv").iterdir()) == []


def test_weights_that_do_not_fit(container: Container, disk: SmallDisk, hub: HubServer) -> None:
    """Weights larger than the volume's free space are not begun."""
    hub.put("F5TTS_v1_Base/vocab.txt", b" \n", large=False)
    hub.put(CHECKPOINT, b"", size=1_348_435_761)
    container.environment["ENGINE"] = "f5"
    block = container.run(FULL).block
    assert block[:2] == [
        "stage: weights",
        f"cause: {CHECKPOINT} needs 1.35 GB more, and {disk.path}/models/F5-TTS has 0.07 GB free",
    ]
    assert block[-1].startswith("to do: make the volume (or the container's disk) larger, or delete what is not ")
    assert hub.gets(CHECKPOINT) == []


def test_wrong_keys_of_a_bucket(container: Container) -> None:
    """A bucket that refuses the keys stops no start: the log warns, and says what to check."""
    with HubServer() as bucket:
        bucket.status = 403
        container.environment |= {"ENGINE": "preview", "STORAGE": "s3", "AWS_ENDPOINT_URL": bucket.url}
        container.environment |= {"S3_BUCKET": "b", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "secret!"}
        result = container.run(FULL, "--test_input", '{"input": {"endpoint": "status"}}')
    assert result.code == 0, result.log
    assert list(result.stages) == STAGES
    assert "WARNING - f5tts_worker.worker: jobs will fail until the storage is mended: " in result.log
    assert "check the AWS_ variables" in result.log
    assert "secret!" not in result.log + result.said


def test_caches_lie_on_the_volume(container: Container) -> None:
    """What the bootstrap became is handler.py with its arguments, and with every cache on the volume but one that
    was set; an empty variable counts as absent."""
    container.environment |= {"ENGINE": "preview", "TORCH_HOME": "/mine", "HF_HOME": ""}
    process = container.start(FULL, "--rp_serve_api", "--rp_api_port", "0")
    assert process.stdout
    for _ in STAGES:
        process.stdout.readline()
    wait_until(lambda: b"handler.py\0--rp_serve_api\0" in Path(f"/proc/{process.pid}/cmdline").read_bytes())
    pairs = (pair.partition("=") for pair in Path(f"/proc/{process.pid}/environ").read_text().split("\0"))
    environment = {name: value for name, _, value in pairs}
    process.terminate()
    process.communicate()
    names = set(cache_environment(Settings(volume_dir=container.volume)))
    assert {"HF_HOME", "UV_CACHE_DIR", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"} < names
    assert environment["TORCH_HOME"] == "/mine"
    caches = {name: environment[name] for name in names - {"TORCH_HOME"} if "HUB" not in name}
    assert [name for name, path in caches.items() if not Path(path).is_relative_to(container.volume / "cache")] == []


def _while_building(container: Container, hub: HubServer, slim: Command) -> tuple[Command, Callable[[], object]]:
    """Its one package does not come."""
    wheel = next(Path(container.environment["UV_FIND_LINKS"]).iterdir())
    served = hub.put(wheel.name, wheel.read_bytes(), large=False, blocks_after=0)
    container.environment["UV_FIND_LINKS"] = f"{hub.url}/wheels/"
    return slim, served.reached.is_set


def _while_downloading(container: Container, hub: HubServer, slim: Command) -> tuple[Command, Callable[[], object]]:
    """Its vocoder does not come."""
    served = hub.served[VOCODER]
    served.blocks_after = 0
    return FULL, served.reached.is_set


@pytest.mark.parametrize("stuck", [_while_building, _while_downloading], ids=lambda stuck: stuck.__name__[1:])
def test_a_start_that_is_stopped(
    container: Container,
    hub: HubServer,
    tiny: Tiny,
    slim: Command,
    stuck: Callable[[Container, HubServer, Command], tuple[Command, Callable[[], object]]],
) -> None:
    """SIGTERM in the middle of a stage ends it soon with 143 and gives the lease back; nothing half-made shows."""
    container.environment |= tiny.environment
    command, reached = stuck(container, hub, slim)
    process = container.start(command)
    wait_until(reached)
    process.terminate()
    result = ended(process)
    assert result.code == 143, result.log
    assert "Traceback" not in result.log
    assert "start" not in result.stages
    assert [path for path in container.volume.rglob("*") if path.name in (".builder", ".download")] == []
    assert list(container.volume.glob("venv/*")) == []
    assert not (container.volume / "models/vocos-mel-24khz" / VOCODER).exists()


def test_a_start_that_is_stopped_while_it_waits(container: Container, hub: HubServer, tiny: Tiny) -> None:
    """SIGTERM ends a worker that waits for another one, whose lease it leaves alone."""
    container.environment |= tiny.environment
    other = container.volume / "models/vocos-mel-24khz/.download"
    other.parent.mkdir(parents=True)
    other.write_text('{"boot": "another machine"}')
    process = container.start(FULL)
    assert process.stderr
    while "another worker is downloading charactr/vocos-mel-24khz: waiting for it" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert ended(process).code == 143
    assert other.read_text() == '{"boot": "another machine"}'


def test_a_hub_that_is_away(without_hub: "subprocess.Popen[str]") -> None:
    """A hub that does not answer: each place that was looked at, and why it could not be downloaded."""
    result = ended(without_hub)
    assert list(result.stages) == STAGES[:5]
    block = result.block
    assert block[0] == "stage: weights"
    assert block[7].startswith("and could not download it: ConnectionRefusedError: [Errno 111] Connection refused")
    assert block[-1].startswith("to do: put the file into one of these places, name it with F5_CHECKPOINT, or let ")
