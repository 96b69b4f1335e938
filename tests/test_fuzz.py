"""Every endpoint answers whatever it is sent: as its schema says, or with an error of a known code, and soon."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import hypothesis
import pytest
from answer_rules import check_answer, outcome
from conftest import FileServer
from fuzzed_worker import Asked, FuzzedWorker
from generated_requests import no_requests, requests
from generated_values import DONE, UNDONE
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from f5tts_worker.audio import Audio
from f5tts_worker.dispatch import ENDPOINTS

CASES = {
    "tts": 50,
    "preview_text": 140,
    "upload": 40,
    "upload_url": 30,
    "list_voices": 40,
    "get_voice": 40,
    "delete_voice": 30,
    "timing": 30,
    "download": 40,
    "result": 10,
    "status": 10,
}
"""Of the suite; few of them speak, which takes long."""
NO_ENDPOINT = 40
MANY = 40
"""Times as many in the run for which there is more time: 20,000."""

job_ids = st.sampled_from(["fuzz", "fuzz", "fuzz", *DONE, *UNDONE, "sync-1f-u2", "\ud800", "x" * 5_000])


@dataclass
class Figures:
    """What became of the jobs of one endpoint."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: Asked | None = None

    def count(self, asked: Asked) -> None:
        """Take note of a job."""
        self.outcomes[outcome(asked.answer)] += 1
        if self.slowest is None or asked.seconds > self.slowest.seconds:
            self.slowest = asked

    def __str__(self) -> str:
        slowest = f"; slowest {self.slowest.seconds:.2f} s: {str(self.slowest.request)[:300]}" if self.slowest else ""
        return f"{self.outcomes.total()}: {dict(self.outcomes.most_common())}{slowest}"


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory, files: FileServer, recording: Audio) -> Iterator[FuzzedWorker]:
    """A worker whose every job begins with the same voices and jobs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        fuzzed = FuzzedWorker(tmp_path_factory.mktemp("fuzz"), files, recording)
        with fuzzed.at_home():
            yield fuzzed


def fuzz(fuzzed: FuzzedWorker, inputs: st.SearchStrategy[object], cases: int, seed: int | None = None) -> Figures:
    """Send generated inputs and check each answer; without a seed, always the same ones."""
    figures = Figures()

    @hypothesis.settings(
        max_examples=cases,
        derandomize=seed is None,
        deadline=None,  # answer_rules has one of its own, which the first try at a loaded machine does not pass
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),  # jobs take their time, and wild texts a lot of choices
    )
    @hypothesis.given(request=inputs, job_id=job_ids, strict=st.sampled_from([False, False, False, True]))
    def answers(request: object, job_id: str, strict: bool) -> None:
        asked = fuzzed.ask(request, job_id, strict=strict)
        figures.count(asked)
        check_answer(asked)

    (hypothesis.seed(seed)(answers) if seed is not None else answers)()
    return figures


@pytest.mark.parametrize("endpoint", CASES)
def test_endpoint_answers_whatever_it_is_sent(fuzzed: FuzzedWorker, endpoint: str) -> None:
    """Good requests, slips and junk: an answer of the endpoint's schema, or an error with a known code."""
    figures = fuzz(fuzzed, requests(endpoint), CASES[endpoint])
    assert figures.outcomes["answered"] > 0
    assert figures.outcomes["invalid_input"] > 0


def test_what_is_no_request_is_answered(fuzzed: FuzzedWorker) -> None:
    """Whatever comes in place of an object, or in place of an endpoint's name, gets an error."""
    assert fuzz(fuzzed, no_requests, NO_ENDPOINT).outcomes["invalid_input"] > 0


def test_every_endpoint_is_fuzzed() -> None:
    """An endpoint that is added is fuzzed too."""
    assert set(CASES) == set(ENDPOINTS)
    assert sum(CASES.values()) + NO_ENDPOINT == 500


@pytest.mark.fuzz
@pytest.mark.timeout(5400)
@pytest.mark.parametrize("endpoint", [*CASES, "none"])
def test_many(
    fuzzed: FuzzedWorker,
    endpoint: str,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same for 20,000 requests of other seeds, which are named so that they can be sent again."""
    given = pytestconfig.getoption("--hypothesis-seed")
    seed = secrets.randbits(32) if given in (None, "random") else int(given)
    inputs = no_requests if endpoint == "none" else requests(endpoint)
    with capsys.disabled():
        print(f"\nfuzz {endpoint}: --hypothesis-seed={seed}")  # noqa: T201  # needed where it fails
    cases = MANY * CASES.get(endpoint, NO_ENDPOINT)
    figures = fuzz(fuzzed, inputs, cases, seed)
    with capsys.disabled():
        print(f"fuzz {endpoint}: {figures}")  # noqa: T201  # the figures are what the run is for
    record_property("fuzz", str(figures))
    assert figures.outcomes.total() >= cases
