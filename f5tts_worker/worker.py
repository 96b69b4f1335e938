"""Worker: everything that jobs use, built once before the first of them."""

import logging
import threading
import time
from dataclasses import dataclass, field

from .aligners import AlignerChain, open_aligners
from .audio import decode_wav
from .captions import Captioner
from .engines import ENGINES, Engine, EngineInfo, Line, SpeechOptions
from .errors import LoadError, StorageNotConfigured, WorkerError
from .f5.places import f5_tts_file
from .net import Fetcher
from .records import JobRecords
from .reference import Reference, make_reference
from .settings import Settings, environment_warnings
from .storage import Storage, open_storage
from .transcriber import Transcriber
from .voices import VoiceLibrary

logger = logging.getLogger(__name__)

WARM_UP_TEXT = "Ready."
WARM_UP_OPTIONS = SpeechOptions(nfe_step=1)
WARM_UP_MS, WARM_UP_SAID = 1_000, "Some call me"
"""What is spoken after: the first second of the sample. It reads every weight once; more would only take longer."""

REST_AFTER_S = 5.0
"""Without a job, what is loaded in the background is begun after this long."""

SAMPLE_WAV, SAMPLE_TEXT = "infer/examples/basic/basic_ref_en.wav", "Some call me nature, others call me mother nature."
"""The recording that the f5-tts package carries."""


@dataclass
class Worker:
    """The loaded parts. One thread runs jobs on it."""

    settings: Settings
    engine: Engine
    engine_info: EngineInfo
    storage: Storage
    transcriber: Transcriber
    fetcher: Fetcher
    aligners: AlignerChain
    sample: Reference | None = None
    """Cloned where a job names no voice and there is no DEFAULT_VOICE."""
    warnings: list[str] = field(default_factory=list)
    jobs_done: int = 0
    begun: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    """Set when the first job begins, and when it is answered."""
    started_at: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.voices = VoiceLibrary(self.storage, self.transcriber, self.aligners)
        self.records = JobRecords(self.storage)
        self.captioner = Captioner(self.storage, self.aligners)

    @classmethod
    def load(cls, settings: Settings) -> "Worker":
        """Load what the settings name and speak a short text; raises LoadError."""
        warnings = environment_warnings(settings)
        for warning in warnings:
            logger.warning("%s", warning)
        storage = open_storage(settings)
        threading.Thread(target=_look_at, args=(storage,), daemon=True, name="storage").start()
        engine, info, sample = _warm_engine(settings)
        worker = cls(
            settings=settings,
            engine=engine,
            engine_info=info,
            storage=storage,
            transcriber=_transcriber(settings),
            fetcher=Fetcher(allowed=lambda _: True) if settings.allow_private_urls else Fetcher(),
            aligners=_aligners(settings),
            sample=sample,
            warnings=warnings,
        )
        worker._load_rest_later()
        return worker

    def load_aligners(self) -> None:
        """Start to load them, if they are loaded in the background at all."""
        if self.settings.warm_aligner == "background":
            self.aligners.load_in_background()

    def _load_rest(self) -> None:
        self.load_aligners()
        if self.settings.warm_transcriber == "background":
            self.transcriber.load_in_background()

    def _load_rest_later(self) -> None:
        """Not before the first answer, which somebody waits for: what is imported meanwhile makes it 2 s later."""

        def wait() -> None:
            if self.begun.wait(REST_AFTER_S):
                self.answered.wait()
            self._load_rest()

        threading.Thread(target=wait, daemon=True, name="rest").start()


def _warm_engine(settings: Settings) -> tuple[Engine, EngineInfo, Reference | None]:
    """The engine, which has spoken once, and the voice that it spoke with; raises LoadError."""
    began = time.monotonic()
    try:
        engine = ENGINES[settings.engine](settings)
        info = engine.load()
        sample = sample_reference() if engine.clones else None
        voice = Reference(sample.audio.slice_ms(0, WARM_UP_MS), WARM_UP_SAID, "warm-up") if sample else None
        list(engine.speak([Line(WARM_UP_TEXT, voice, 1.0, 0)], WARM_UP_OPTIONS, threading.Event()))
    except ModuleNotFoundError as e:
        raise LoadError(
            f"ENGINE={settings.engine} needs the package {e.name}, which is not installed: scripts/setup worker"
        ) from e
    except LoadError:
        raise
    except WorkerError as e:
        raise LoadError(f"ENGINE={settings.engine} is loaded, but cannot speak '{WARM_UP_TEXT}': {e.message}") from e
    except Exception as e:  # of CUDA, or of a file that is not what it seems: whatever it is, the worker cannot start
        logger.debug("the engine could not be loaded", exc_info=True)
        reason = " ".join(str(e).split())[:300]
        raise LoadError(f"ENGINE={settings.engine} could not be loaded: {type(e).__name__}: {reason}") from e
    logger.info("engine %s is warm after %.1f s: %s", engine.name, time.monotonic() - began, info)
    return engine, info, sample


def sample_reference() -> Reference:
    """A voice that is there before any upload; raises LoadError."""
    path = f5_tts_file(SAMPLE_WAV)
    if path is None:
        raise LoadError(f"the package f5-tts with its {SAMPLE_WAV} is not installed: install requirements/worker.txt")
    return Reference(make_reference(decode_wav(path.read_bytes())).audio, SAMPLE_TEXT, "f5-tts sample")


def _aligners(settings: Settings) -> AlignerChain:
    aligners = open_aligners(settings)
    if settings.warm_aligner == "eager":
        aligners.load()
    return aligners


def _look_at(storage: Storage) -> None:
    """Say at once what is wrong with the bucket; it stops no start, and may be mended while the worker runs."""
    try:
        storage.check()
    except StorageNotConfigured:
        pass  # environment_warnings names what is not set
    except WorkerError as e:
        logger.warning("jobs will fail until the storage is mended: %s", e.message)


def _transcriber(settings: Settings) -> Transcriber:
    transcriber = Transcriber(settings.transcriber_model, settings.models)
    if settings.warm_transcriber == "eager":
        transcriber.load()
    return transcriber
