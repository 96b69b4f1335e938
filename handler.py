"""The container's program: settings, a loaded worker, RunPod's loop."""

import os
import sys

from f5tts_worker.errors import LoadError
from f5tts_worker.logs import configure
from f5tts_worker.serving import make_handler
from f5tts_worker.settings import Settings, load_settings
from f5tts_worker.worker import Worker, explain_load_failure


def main() -> None:
    """Load everything, then take jobs until stopped; exits with 1 and the reason if something is missing."""
    settings: Settings | None = None
    try:
        settings = load_settings()
        configure(settings.log_level)
        worker = Worker.load(settings)
    except LoadError as e:
        sys.exit(explain_load_failure(e, settings))
    # The SDK's own default, DEBUG, prints every output, and with it the signed links.
    os.environ.setdefault("RUNPOD_LOG_LEVEL", "INFO")
    import runpod

    # Behind the SDK's local API nobody takes progress, and each report would log an error.
    deployed = "RUNPOD_WEBHOOK_GET_JOB" in os.environ
    report = runpod.serverless.progress_update if deployed else lambda job, progress: None
    runpod.serverless.start({"handler": make_handler(worker, report)})


if __name__ == "__main__":
    main()
