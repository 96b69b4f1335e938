"""The start of a container whose packages are few: their lock is $SMALL_LOCK, and they need a megabyte."""

import os
from pathlib import Path

from f5tts_worker.bootstrap import main

if __name__ == "__main__":
    main(Path(os.environ["SMALL_LOCK"]), needed_bytes=1_000_000)
