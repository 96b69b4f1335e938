"""Credentials of Google: what people put into the two variables, and what is wrong with it."""

import json
from pathlib import Path
from typing import Any

SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
KEY_FIELDS = ("client_email", "private_key", "token_uri")
JSON_VARIABLE, FILE_VARIABLE = "GOOGLE_CREDENTIALS_JSON", "GOOGLE_APPLICATION_CREDENTIALS"


class CredentialsError(Exception):
    """Credentials that cannot be used; the message says why, without them and without a path."""


def find_credentials(as_json: str | None, file: Path | None) -> Any:
    """Credentials from JSON, else from a file, else of the gcloud tool's user; raises CredentialsError.

    Never those of a metadata server: on a rented machine it would be its owner's, and asking it can take minutes.
    """
    if as_json:
        return _service_account(as_json, JSON_VARIABLE)
    if file:
        try:
            return _service_account(file.read_text(encoding="utf-8"), FILE_VARIABLE)
        except FileNotFoundError as e:
            raise CredentialsError(f"{FILE_VARIABLE} names a file that is not there") from e
        except (OSError, UnicodeDecodeError) as e:
            raise CredentialsError(f"the file that {FILE_VARIABLE} names cannot be read: {type(e).__name__}") from e
    from google.auth import _cloud_sdk, load_credentials_from_file

    path = _cloud_sdk.get_application_default_credentials_path()
    if not Path(path).is_file():
        raise CredentialsError(f"no credentials: set {JSON_VARIABLE} or {FILE_VARIABLE}")
    credentials, _ = load_credentials_from_file(path, scopes=SCOPES)
    return credentials


def _service_account(text: str, variable: str) -> Any:
    """Credentials from the JSON of a service account's key; raises CredentialsError."""
    from google.oauth2.service_account import Credentials

    key = _parse_key(text.strip(), variable)
    kind = key.get("type")
    if kind != "service_account":
        what = f"of type {str(kind)[:40]!r}" if kind else "an OAuth client or no key at all"
        raise CredentialsError(f"the JSON in {variable} is {what}: make a key (JSON) of a service account")
    missing = [field for field in KEY_FIELDS if not isinstance(key.get(field), str) or not key[field].strip()]
    if missing:
        raise CredentialsError(f"the key in {variable} has no {', '.join(missing)}: it is not the whole file")
    # Pasted through two forms, the line ends arrive as a backslash and an n.
    key["private_key"] = key["private_key"].replace("\\n", "\n")
    try:
        return Credentials.from_service_account_info(key, scopes=SCOPES)
    except Exception as e:  # of whichever library reads it
        raise CredentialsError(f"the private_key in {variable} cannot be read: it is not as Google made it") from e


def _parse_key(text: str, variable: str) -> dict[str, Any]:
    if variable == JSON_VARIABLE and not text.startswith("{") and "\n" not in text and _looks_like_path(text):
        raise CredentialsError(
            f"{JSON_VARIABLE} holds a path: put the file's content there, or the path into {FILE_VARIABLE}"
        )
    try:
        key = json.loads(text, strict=False)  # line ends inside the private key are forgiven
    except ValueError as e:
        where = f" (line {e.lineno}, column {e.colno})" if isinstance(e, json.JSONDecodeError) else ""
        raise CredentialsError(f"what {variable} gives is not JSON{where}: it takes a key's whole file") from e
    if not isinstance(key, dict):
        raise CredentialsError(f"the JSON in {variable} is no object, {{...}}: it takes a key's whole file")
    return key


def _looks_like_path(text: str) -> bool:
    return text.startswith(("/", "~", ".", "file:")) or text.lower().endswith((".json", ".txt")) or text[1:3] == ":\\"
