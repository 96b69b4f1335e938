"""Aligners: when each word of a known text is spoken."""

from ..settings import Settings
from .base import Aligner, AlignmentError
from .chain import AlignerChain, Alignment
from .google import GoogleAligner
from .offline import OfflineAligner
from .whisperx import WhisperxAligner

__all__ = ["Aligner", "AlignerChain", "Alignment", "AlignmentError", "open_aligners"]


def open_aligners(settings: Settings) -> AlignerChain:
    """The aligners of a worker, the best first; Google's only where its credentials are set."""
    aligners: list[Aligner] = [WhisperxAligner(settings.models, device=settings.device)]
    key = settings.google_credentials_json
    if key or settings.google_application_credentials:
        aligners.append(GoogleAligner(key.get_secret_value() if key else None, settings.google_application_credentials))
    return AlignerChain([*aligners, OfflineAligner()])
