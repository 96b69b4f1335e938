"""Logging: one line a record, with the id of the job it belongs to."""

import logging
from contextvars import ContextVar

JOB_ID: ContextVar[str] = ContextVar("job_id", default="-")

# These write signed addresses and headers when asked for detail.
TALKATIVE = ("boto3", "botocore", "s3transfer", "urllib3", "httpcore", "faster_whisper")

# Says what we say ourselves, twice for each try.
REPETITIVE = "huggingface_hub"


class _JobIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.job_id = JOB_ID.get()
        return True


def configure(level: str) -> None:
    """Send the worker's records to stderr from `level` on, and other packages' from WARNING on."""
    handler = logging.StreamHandler()
    handler.addFilter(_JobIdFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(job_id)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(__package__).setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(REPETITIVE).setLevel(logging.ERROR)
