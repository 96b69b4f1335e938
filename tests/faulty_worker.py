"""A worker whose engine fails in the way that its text names; everything else of it is real."""

import threading
from collections.abc import Callable

import handler
from f5tts_worker.engines import ChunkDone, Speech, SpeechOptions
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.errors import EngineError, OutOfMemory
from f5tts_worker.reference import Reference
from f5tts_worker.settings import Settings
from f5tts_worker.worker import Worker

FAULTS: dict[str, Exception] = {
    "engine": EngineError("the engine stumbled; try another text"),
    "gpu memory": OutOfMemory("the GPU is full; send a shorter text"),
    "memory": MemoryError(),
    "bug": KeyError("/secret/path/of/the/container"),
}


class FaultyEngine(PreviewEngine):
    """Raises what the text names, speaks any other text."""

    def synthesize(
        self,
        reference: Reference | None,
        text: str,
        options: SpeechOptions,
        on_chunk: Callable[[ChunkDone], None],
        stop: threading.Event,
    ) -> Speech:
        """See Engine."""
        if text in FAULTS:
            raise FAULTS[text]
        return super().synthesize(reference, text, options, on_chunk, stop)


def load(settings: Settings) -> Worker:
    """A worker with that engine."""
    worker = Worker.load(settings)
    worker.engine = FaultyEngine()
    return worker


if __name__ == "__main__":
    handler.main(load, hung_after_s=1)
