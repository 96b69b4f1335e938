"""Engines by name."""

from .base import ChunkDone, Engine, EngineInfo, Speech, SpeechOptions
from .preview import PreviewEngine

__all__ = ["ENGINES", "ChunkDone", "Engine", "EngineInfo", "Speech", "SpeechOptions"]

ENGINES: dict[str, type[Engine]] = {"preview": PreviewEngine}
