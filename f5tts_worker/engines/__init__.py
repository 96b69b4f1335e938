"""Engines by name."""

from collections.abc import Callable

from ..settings import Settings
from .base import Engine, EngineInfo, Line, Measure, SpeechOptions, Take

__all__ = ["ENGINES", "Engine", "EngineInfo", "Line", "Measure", "SpeechOptions", "Take"]


def _f5(settings: Settings) -> Engine:
    from ..f5.places import read_ahead

    read_ahead(settings)  # PyTorch takes seconds to be imported
    from ..f5.model import F5Model
    from .cloning import CloningEngine

    return CloningEngine("f5", settings, F5Model.load)


def _upstream(settings: Settings) -> Engine:
    from .cloning import CloningEngine
    from .upstream import UpstreamModel

    return CloningEngine("upstream", settings, UpstreamModel.load)


def _preview(settings: Settings) -> Engine:
    from .preview import PreviewEngine

    return PreviewEngine()


# Each is imported when it is chosen: torch takes seconds, espeak-ng has a licence of its own.
ENGINES: dict[str, Callable[[Settings], Engine]] = {"f5": _f5, "upstream": _upstream, "preview": _preview}
