"""Where voices and results are kept."""

from ..settings import Settings
from .base import Item, Storage
from .local import LocalStorage
from .missing import MissingStorage

__all__ = ["Item", "Storage", "open_storage"]


def open_storage(settings: Settings) -> Storage:
    """The store that the settings name. Nothing is contacted: a bucket that is down must not stop a start."""
    if settings.storage == "local":
        return LocalStorage(settings.storage_dir)
    if settings.missing_for_s3:
        return MissingStorage(settings.missing_for_s3)
    from .s3 import S3Storage

    return S3Storage(settings)
