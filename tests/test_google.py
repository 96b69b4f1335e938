"""Google's aligner: the real client against a server on this machine that speaks Google's protocol."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud.speech import RecognizeResponse, SpeechClient
from google_server import TOO_LONG, GoogleServer, Heard, lengths_s, response_of, tone_speech
from sounds import silence, tone

from f5tts_worker.aligners import open_aligners
from f5tts_worker.aligners.base import AlignmentError
from f5tts_worker.aligners.google import GoogleAligner, language_code, phrases, pieces
from f5tts_worker.audio import Audio, join
from f5tts_worker.settings import Settings
from f5tts_worker.words import Word

TEXT = "Every word, of this sentence, has a tone of its own."


@pytest.fixture(scope="module")
def started() -> Iterator[GoogleServer]:
    """A running server."""
    server = GoogleServer()
    yield server
    server.stop()


@pytest.fixture
def server(started: GoogleServer) -> GoogleServer:
    """The server, with nothing asked or set."""
    started.forget()
    return started


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    """A service account's key, freshly made."""
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "type": "service_account",
        "project_id": "captions",
        "private_key_id": "0123456789abcdef",
        "private_key": pem.decode(),
        "client_email": "worker@captions.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


@pytest.fixture
def aligner(server: GoogleServer, key: dict[str, str]) -> GoogleAligner:
    """An aligner whose client asks the server."""
    return GoogleAligner(json.dumps(key), connect=server.connect, piece_timeout_s=20)


@pytest.fixture(autouse=True)
def _no_gcloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """This machine's own gcloud login is not used."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))


def starts(words: list[Word]) -> list[int]:
    """When each begins."""
    return [word.start_ms for word in words]


def near(words: list[Word], expected: list[Heard]) -> bool:
    """Whether each word is where its tone is, to two frames."""
    return all(
        abs(word.start_ms - start) <= 20 and abs(word.end_ms - end) <= 20
        for word, (_, start, end) in zip(words, expected, strict=True)
    )


def test_words_are_where_they_are_heard(server: GoogleServer, aligner: GoogleAligner) -> None:
    """The caller's words come back as they were written, each with the time of its tone."""
    audio, expected = tone_speech(TEXT.split())
    server.vocabulary = TEXT.split()
    words = aligner.align(audio, TEXT.split(), "en")
    assert [word.text for word in words] == TEXT.split()
    assert near(words, expected)
    assert {(round(word.score, 3), word.source) for word in words} == {(0.9, "google")}
    assert (aligner.state, aligner.problem) == ("ready", None)


def test_google_is_told_what_it_will_hear(server: GoogleServer, aligner: GoogleAligner) -> None:
    """A request has 16 bit at 16 kHz, the language with its region, the text as hints, and asks for word times."""
    audio, _ = tone_speech(TEXT.split())
    server.vocabulary = TEXT.split()
    aligner.align(audio, TEXT.split(), "en-gb")
    (request,) = server.requests
    config = request.config
    assert (config.language_code, config.sample_rate_hertz, config.encoding.name) == ("en-GB", 16_000, "LINEAR16")
    assert config.enable_word_time_offsets
    assert [list(context.phrases) for context in config.speech_contexts] == [[TEXT]]
    assert lengths_s(server.requests) == [pytest.approx(audio.duration_s, abs=0.001)]


def test_durations_are_read_as_well_as_timedeltas(server: GoogleServer, key: dict[str, str]) -> None:
    """A client that hands out the bare messages, whose offsets are Durations, gives the same words."""
    audio, _ = tone_speech(TEXT.split())
    server.vocabulary = TEXT.split()

    class BareClient:
        def __init__(self, client: SpeechClient) -> None:
            self._client = client

        def recognize(self, **arguments: Any) -> Any:
            return RecognizeResponse.pb(self._client.recognize(**arguments))

    bare = GoogleAligner(json.dumps(key), connect=lambda _: BareClient(server.connect()))  # type: ignore[arg-type, return-value]  # has less
    wrapped = GoogleAligner(json.dumps(key), connect=server.connect)
    assert bare.align(audio, TEXT.split(), None) == wrapped.align(audio, TEXT.split(), None)


def test_long_audio_is_heard_in_pieces(server: GoogleServer, aligner: GoogleAligner) -> None:
    """More than a minute is cut between words into pieces that Google takes, and their times are moved back."""
    audio, expected = tone_speech(TEXT.split() * 26)
    server.vocabulary = TEXT.split()
    words = aligner.align(audio, TEXT.split() * 26, "en")
    assert audio.duration_s > 120
    assert near(words, expected)
    assert len(server.requests) == 4
    assert max(lengths_s(server.requests)) <= 55
    assert sum(lengths_s(server.requests)) == pytest.approx(audio.duration_s, abs=0.01)


def test_the_server_refuses_what_google_refuses(server: GoogleServer) -> None:
    """The server's limit is Google's: a minute and a second is too long for it."""
    samples = tone(61_000, 16_000).samples
    content = (samples * 32767).astype("<i2").tobytes()
    config = {"encoding": "LINEAR16", "sample_rate_hertz": 16_000, "language_code": "en-US"}
    with pytest.raises(Exception, match=TOO_LONG):
        server.connect().recognize(config=config, audio={"content": content})


def test_pieces_are_cut_where_it_is_quiet() -> None:
    """The cut is in a pause, neither early nor past what Google takes; without a pause there is a cut all the same."""
    audio = join([tone(20_000), silence(900), tone(20_000), silence(300), tone(20_000), silence(500), tone(20_000)])
    edges = [(span.start_ms, span.end_ms) for span in pieces(audio)]
    assert [end for _, end in edges[:-1]] == sorted({end for _, end in edges[:-1]})
    assert all(end - start <= 55_000 for start, end in edges)
    assert [start for start, _ in edges] == [0, *(end for _, end in edges[:-1])]
    assert 40_900 < edges[0][1] < 41_200
    assert edges[-1][1] == 81_700
    assert [span.end_ms for span in pieces(tone(50_000))] == [50_000]
    assert max(span.length_ms for span in pieces(tone(200_000))) <= 55_000


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        *((None, "en-US"), ("en", "en-US"), ("EN", "en-US"), ("en-gb", "en-GB"), ("pt", "pt-BR"), ("pt_br", "pt-BR")),
        *(("de", "de-DE"), ("ja", "ja-JP"), ("zh", "cmn-Hans-CN"), ("zh-tw", "cmn-Hant-TW"), ("nb", "no-NO")),
        *(("he", "iw-IL"), ("uk", "uk-UA"), ("sr-rs", "sr-RS"), ("", "en-US")),
    ],
)
def test_languages_have_googles_codes(tag: str | None, code: str) -> None:
    """A language without a region gets one, and some have another name at Google."""
    assert language_code(tag) == code


def test_hints_keep_to_googles_limits() -> None:
    """A long text is cut into phrases of at most 100 characters, 100,000 in all; no word is left out before that."""
    words = [f"word{i}" for i in range(1_000)]
    hints = phrases(words)
    assert " ".join(hints).split() == words
    assert max(len(hint) for hint in hints) <= 100
    assert phrases(["x" * 300]) == ["x" * 100]
    assert sum(len(hint) for hint in phrases(words * 50)) <= 100_000
    assert phrases([]) == []
    assert phrases(["你", "好", "世", "界"]) == ["你好世界"]


FAILURES: dict[str, tuple[grpc.StatusCode, str, str, int]] = {
    "wrong credentials": (
        grpc.StatusCode.UNAUTHENTICATED,
        "Request had invalid authentication credentials: secret-token",
        "Google refused the credentials: is the key active, and the Speech-to-Text API enabled in its project?",
        1,
    ),
    "no access": (
        grpc.StatusCode.PERMISSION_DENIED,
        "Cloud Speech-to-Text API has not been used in project 123 before or it is disabled.",
        "Google refused the credentials: is the key active, and the Speech-to-Text API enabled in its project?",
        1,
    ),
    "a key that was withdrawn": (
        grpc.StatusCode.UNAVAILABLE,
        "Getting metadata from plugin failed with error: ('invalid_grant: Invalid JWT Signature.', ...)",
        "Google refused the credentials: is the key active, and the Speech-to-Text API enabled in its project?",
        1,
    ),
    "quota": (
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "Quota exceeded for quota metric 'Request requests'",
        "Google's quota of this project is used up",
        1,
    ),
    "an unknown language": (
        grpc.StatusCode.INVALID_ARGUMENT,
        "Invalid recognition 'config': bad language code.",
        "Google refused the request: Invalid recognition 'config': bad language code.",
        1,
    ),
    "a fault": (grpc.StatusCode.INTERNAL, "Internal error encountered.", "Google failed: InternalServerError", 1),
}


@pytest.mark.parametrize(("code", "details", "says", "asked"), FAILURES.values(), ids=FAILURES)
def test_a_refusal_is_said_at_once(
    code: grpc.StatusCode, details: str, says: str, asked: int, server: GoogleServer, aligner: GoogleAligner
) -> None:
    """What another attempt would not change is not tried again, and the message tells the caller what to do."""
    audio, _ = tone_speech(TEXT.split())
    server.failure = (code, details)
    with pytest.raises(AlignmentError) as failure:
        aligner.align(audio, TEXT.split(), "en")
    assert str(failure.value) == says
    assert len(server.requests) == asked


def test_a_passing_outage_is_waited_for(server: GoogleServer, aligner: GoogleAligner) -> None:
    """A server that is unavailable once is asked again."""
    audio, expected = tone_speech(TEXT.split())
    server.vocabulary = TEXT.split()
    server.failure, server.failures_left = (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable."), 1
    assert near(aligner.align(audio, TEXT.split(), "en"), expected)
    assert len(server.requests) == 2


def test_a_lasting_outage_is_given_up(server: GoogleServer, key: dict[str, str]) -> None:
    """A server that stays unavailable, and one that is not there, are given up in the time that is set."""
    audio, _ = tone_speech(TEXT.split())
    server.failure = (grpc.StatusCode.UNAVAILABLE, "The service is currently unavailable.")
    gone = GoogleServer()
    gone.stop()
    for asked in (server, gone):
        aligner = GoogleAligner(json.dumps(key), connect=asked.connect, piece_timeout_s=2)
        began = time.monotonic()
        with pytest.raises(AlignmentError, match=r"^Google did not answer in time$"):
            aligner.align(audio, TEXT.split(), "en")
        assert time.monotonic() - began < 3.5
    assert len(server.requests) >= 2


GARBAGE: dict[str, tuple[RecognizeResponse, str]] = {
    "nothing": (RecognizeResponse(), "nothing was heard"),
    "empty results": (response_of([], []), "nothing was heard"),
    "another text": (response_of([("alpha", 0, 400), ("beta", 400, 800)]), "only 3% of the text was heard"),
    "backwards": (response_of([("every", 900, 1_000), ("word", 100, 200)]), "Google's word times run backwards"),
    "an end before its start": (response_of([("every", 900, 100)]), "Google's word times run backwards"),
    "before the start": (response_of([("every", -900, 100)]), "Google's word times run backwards"),
    "past the end": (
        response_of([("every", 0, 400), ("word", 80_000, 81_000)]),
        "Google's word times run past the end of the audio",
    ),
}


@pytest.mark.parametrize(("answer", "says"), GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused(answer: RecognizeResponse, says: str, server: GoogleServer, aligner: GoogleAligner) -> None:
    """An answer whose words or times are of no use is an error that says so."""
    server.answer = answer
    with pytest.raises(AlignmentError) as failure:
        aligner.align(tone(5_000), TEXT.split(), "en")
    assert str(failure.value) == says


def test_results_without_word_times_are_refused(server: GoogleServer, aligner: GoogleAligner) -> None:
    """A transcript without times is no alignment."""
    server.answer = RecognizeResponse(results=[{"alternatives": [{"transcript": TEXT}]}])
    with pytest.raises(AlignmentError, match=r"^Google gave no word times$"):
        aligner.align(tone(5_000), TEXT.split(), "en")


def test_what_is_nearly_right_is_mended(server: GoogleServer, aligner: GoogleAligner) -> None:
    """An end a little past the audio is moved inside, a reading behind a bar is dropped, empty results are passed
    over, and a word without a confidence has a score in the middle."""
    server.answer = response_of([], [("你|nǐ", 100, 600), ("好|hǎo", 600, 1_300)], confidence=0)
    words = aligner.align(tone(1_000), ["你", "好。"], "zh")
    assert words == [Word("你", 100, 600, 0.5, "google"), Word("好。", 600, 1_000, 0.5, "google")]


def _edited(**changed: object) -> Callable[[dict[str, str]], str]:
    return lambda key: json.dumps({name: value for name, value in {**key, **changed}.items() if value is not None})


WRONG_JSON: dict[str, tuple[Callable[[dict[str, str]], str], str]] = {
    "a path": (
        lambda _: "/secrets/key.json",
        "GOOGLE_CREDENTIALS_JSON holds a path: put the file's content there, or the path into "
        "GOOGLE_APPLICATION_CREDENTIALS",
    ),
    "a Windows path": (
        lambda _: "C:\\secrets\\key",
        "GOOGLE_CREDENTIALS_JSON holds a path: put the file's content there, or the path into "
        "GOOGLE_APPLICATION_CREDENTIALS",
    ),
    "not JSON": (
        lambda _: "{'type': 'service_account'}",
        "what GOOGLE_CREDENTIALS_JSON gives is not JSON (line 1, column 2): it takes a key's whole file",
    ),
    "the key alone": (
        lambda key: key["private_key"],
        "what GOOGLE_CREDENTIALS_JSON gives is not JSON (line 1, column 1): it takes a key's whole file",
    ),
    "half of it": (
        lambda key: json.dumps(key)[:100],
        "what GOOGLE_CREDENTIALS_JSON gives is not JSON (line 1, column 93): it takes a key's whole file",
    ),
    "no object": (
        lambda _: '"AIzaSecret"',
        "the JSON in GOOGLE_CREDENTIALS_JSON is no object, {...}: it takes a key's whole file",
    ),
    "a person's": (
        _edited(type="authorized_user"),
        "the JSON in GOOGLE_CREDENTIALS_JSON is of type 'authorized_user': make a key (JSON) of a service account",
    ),
    "an OAuth client": (
        lambda _: json.dumps({"installed": {"client_secret": "secret"}}),
        "the JSON in GOOGLE_CREDENTIALS_JSON is an OAuth client or no key at all: make a key (JSON) of a service "
        "account",
    ),
    "without its key": (
        _edited(private_key=None, token_uri=" "),
        "the key in GOOGLE_CREDENTIALS_JSON has no private_key, token_uri: it is not the whole file",
    ),
    "a damaged key": (
        _edited(private_key="-----BEGIN PRIVATE KEY-----\nSECRETsecret\n-----END PRIVATE KEY-----\n"),
        "the private_key in GOOGLE_CREDENTIALS_JSON cannot be read: it is not as Google made it",
    ),
}


@pytest.mark.parametrize(("make", "problem"), WRONG_JSON.values(), ids=WRONG_JSON)
def test_wrong_credentials_are_named(
    make: Callable[[dict[str, str]], str], problem: str, key: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Each usual mistake has its own message, the same in the log, in `problem` and to the caller."""
    aligner = GoogleAligner(make(key))
    with caplog.at_level(logging.WARNING):
        aligner.load()
    assert (aligner.state, aligner.problem) == ("unavailable", problem)
    assert [record.getMessage() for record in caplog.records] == [f"no Google aligner: {problem}"]
    with pytest.raises(AlignmentError) as failure:
        aligner.align(tone(1_000), ["one"], "en")
    assert str(failure.value) == problem


@pytest.mark.parametrize(
    "spoil",
    [str, lambda text: text.replace("\\n", "\\\\n"), lambda text: text.replace("\\n", "\n"), lambda text: f"\n{text} "],
    ids=["as it is", "escaped twice", "unescaped", "spaces around it"],
)
def test_credentials_survive_being_pasted(spoil: Callable[[str], str], key: dict[str, str]) -> None:
    """What forms and shells make of a key's line ends is put right."""
    aligner = GoogleAligner(spoil(json.dumps(key)))
    aligner.load()
    assert (aligner.state, aligner.problem) == ("ready", None)


def test_credentials_come_from_a_file(key: dict[str, str], tmp_path: Path) -> None:
    """GOOGLE_APPLICATION_CREDENTIALS names a file, which is read like the variable; problems name no path."""
    (tmp_path / "key.json").write_text(json.dumps(key))
    (tmp_path / "user.json").write_text(json.dumps(key | {"type": "authorized_user"}))
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    found = {}
    for name in ("key.json", "user.json", "binary.json", "missing.json", "."):
        aligner = GoogleAligner(None, tmp_path / name)
        aligner.load()
        found[name] = aligner.problem
    assert found == {
        "key.json": None,
        "user.json": "the JSON in GOOGLE_APPLICATION_CREDENTIALS is of type 'authorized_user': make a key (JSON) of a "
        "service account",
        "binary.json": "the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read: UnicodeDecodeError",
        "missing.json": "GOOGLE_APPLICATION_CREDENTIALS names a file that is not there",
        ".": "the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be read: IsADirectoryError",
    }


def test_without_credentials_there_is_none(settings: Settings) -> None:
    """Where no credentials are set a worker has no Google aligner; one that is made all the same asks nobody."""
    assert list(open_aligners(settings).aligners) == ["whisperx", "offline"]
    aligner = GoogleAligner()
    aligner.load()
    problem = "no credentials: set GOOGLE_CREDENTIALS_JSON or GOOGLE_APPLICATION_CREDENTIALS"
    assert (aligner.state, aligner.problem) == ("unavailable", problem)


def test_the_gcloud_login_is_used_last(tmp_path: Path) -> None:
    """On a developer's machine the gcloud tool's own credentials do."""
    (tmp_path / "gcloud").mkdir()
    user = {"type": "authorized_user", "client_id": "id", "client_secret": "secret", "refresh_token": "token"}
    (tmp_path / "gcloud/application_default_credentials.json").write_text(json.dumps(user))
    aligner = GoogleAligner()
    aligner.load()
    assert (aligner.state, aligner.problem) == ("ready", None)


def test_an_empty_audio_is_refused(server: GoogleServer, aligner: GoogleAligner) -> None:
    """Audio without a sample has no words in it."""
    with pytest.raises(AlignmentError, match=r"^nothing was heard$"):
        aligner.align(Audio(tone(0).samples, 24_000), ["one"], "en")
