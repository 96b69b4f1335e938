"""Settings: read from the environment, checked, never leaking a secret."""

from pathlib import Path

import pytest

from f5tts_worker.errors import LoadError
from f5tts_worker.settings import Settings, environment_warnings, load_settings

SECRET = "wJalrXUtnFEMI"


def set_environment(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    """Set variables."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_blank_and_capitals_are_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces around a value, a value of spaces and the case of a word are nobody's intention."""
    set_environment(monkeypatch, STORAGE=" LOCAL ", LOG_LEVEL="debug", AWS_SECRET_ACCESS_KEY=" ", DEFAULT_VOICE="A.wav")
    settings = load_settings()
    assert (settings.storage, settings.log_level, settings.default_voice) == ("local", "DEBUG", "A")
    assert settings.aws_secret_access_key is None


def test_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are parsed to their types; an empty variable counts as absent."""
    set_environment(monkeypatch, STORAGE="local", URL_EXPIRES_IN="600", DEFAULT_VOICE="", VOLUME_DIR="/v")
    settings = load_settings()
    assert (settings.storage, settings.url_expires_in, settings.default_voice) == ("local", 600, None)
    assert settings.models == Path("/v/models")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ENGINE", "f6", "ENGINE='f6' is not valid: Input should be 'f5', 'upstream' or 'preview'"),
        ("STORAGE", "gcs", "'s3' or 'local'"),
        ("URL_EXPIRES_IN", "5", "greater than or equal to 60"),
        ("MAX_TEXT_CHARS", "many", "MAX_TEXT_CHARS='many' is not valid"),
        ("ALLOW_PRIVATE_URLS", "perhaps", "valid boolean"),
        ("DEFAULT_VOICE", "../x", "DEFAULT_VOICE='../x' is not valid"),
        ("S3_BUCKET", "s3://voices", "its name alone"),
        ("AWS_REGION", "bad region!", "AWS_REGION='bad region!' is not valid"),
        ("AWS_ENDPOINT_URL", "http://[::1", "from https:// on"),
        ("AWS_ENDPOINT_URL", "s3.example.com", "AWS_ENDPOINT_URL='s3.example.com' is not valid"),
    ],
)
def test_bad_value_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    """A value that does not parse is named with what is valid."""
    monkeypatch.setenv(name, value)
    with pytest.raises(LoadError) as failure:
        load_settings()
    assert says in str(failure.value)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"S3_BUCKETS": "x"}, "S3_BUCKETS is not a setting of this worker; did you mean S3_BUCKET?"),
        ({"S3_BUCKET_NAME": "x"}, "S3_BUCKET_NAME is not a setting of this worker; did you mean S3_BUCKET?"),
        ({"AWS_ENDPOINT_URI": "x"}, "did you mean AWS_ENDPOINT_URL?"),
        ({"STORAGE": "local", "S3_BUCKET": "x"}, "S3_BUCKET is set, but STORAGE=local ignores it"),
        ({"STORAGE_DIR": "x"}, "STORAGE_DIR is set, but STORAGE=s3 ignores it"),
        ({"S3_BUCKET": "x"}, "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY not set"),
    ],
)
def test_doubtful_variables_are_warned_of(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    """Misspelt, ignored and missing variables are named."""
    set_environment(monkeypatch, **environment)
    assert any(says in warning for warning in environment_warnings(load_settings()))


def test_plain_environment_gives_no_warning() -> None:
    """Variables that every container has are not taken for misspelt settings."""
    usual = ["PATH", "HOME", "LANG", "RUNPOD_LOG_LEVEL", "RUNPOD_POD_ID", "AWS_DEFAULT_REGION", "CUDA_VERSION", "PWD"]
    settings = Settings(storage="local")
    assert environment_warnings(settings, dict.fromkeys(usual, "x")) == []


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither repr nor str nor an error shows a key."""
    set_environment(monkeypatch, AWS_ACCESS_KEY_ID="AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY=SECRET)
    shown = f"{load_settings()!r} {load_settings()} {environment_warnings(load_settings())}"
    assert SECRET not in shown
    assert "AKIAEXAMPLE" not in shown
