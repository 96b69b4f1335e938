"""The container's program: settings, a loaded worker, RunPod's loop."""

import os
import signal
import sys
import threading
from collections.abc import Callable

from f5tts_worker.errors import LoadError
from f5tts_worker.failure import explain_load_failure
from f5tts_worker.fitness import fitness_checks
from f5tts_worker.logs import configure
from f5tts_worker.serving import HUNG_AFTER_S, Serving, post_nowhere, posting
from f5tts_worker.settings import Settings, load_settings
from f5tts_worker.worker import Worker


def main(load: Callable[[Settings], Worker] = Worker.load, hung_after_s: float = HUNG_AFTER_S) -> None:
    """Load everything, then take jobs until stopped; exits with 1 and the reason if something is missing."""
    for number in (signal.SIGTERM, signal.SIGINT):  # a container's first process ignores the former otherwise
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    settings: Settings | None = None
    try:
        settings = load_settings()
        configure(settings.log_level)
        # The SDK's own default, DEBUG, prints every output, and with it the signed links.
        os.environ.setdefault("RUNPOD_LOG_LEVEL", "INFO")
        threading.Thread(target=__import__, args=("runpod",), daemon=True).start()  # it waits, for a program
        worker = load(settings)
    except LoadError as e:
        sys.exit(explain_load_failure(e, settings))
    import runpod
    from runpod.serverless.modules.rp_http import send_result

    for check in fitness_checks(worker):
        runpod.serverless.register_fitness_check(check)
    deployed = "RUNPOD_WEBHOOK_GET_JOB" in os.environ  # behind the SDK's local API nobody takes progress
    post = posting(runpod.http_client.AsyncClientSession, send_result) if deployed else post_nowhere
    runpod.serverless.start(Serving(worker, post, hung_after_s).sdk_config())


if __name__ == "__main__":
    main()
