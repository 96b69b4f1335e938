"""The contract's common rules: how raw JSON becomes a typed request, and what a caller is told when it does not.

Callers are often no-code tools: numbers and booleans arrive as strings, and a field left empty as null or "". Those are
accepted. A field that does not exist is not: it is a typo whose effect the caller would miss.
"""

import difflib
from typing import Annotated, Any, ClassVar, NoReturn, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from .draft import TEXT_MAX_CHARS
from .errors import SHOWN_CHARS, InvalidInput, shown
from .names import is_job_id, name_prefix, voice_name
from .settings import LINK_MAX_S, LINK_MIN_S

NAMED = 5
"""Wrong fields that one error speaks of."""


class Response(BaseModel):
    """What an endpoint answers, beside `metrics`; fields that were never set are left out."""

    model_config = ConfigDict(frozen=True)

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return self.model_dump(mode="json", exclude_unset=True)


class Request(BaseModel):
    """What an endpoint is asked. Each field's description is what an error says is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True)

    aliases: ClassVar[dict[str, str]] = {}
    """Other names of fields, from older callers."""

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> Self:
        """Read the job's input; raises InvalidInput for the first field that is wrong, naming the others."""
        given: dict[str, Any] = {}
        sent_as: dict[str, str] = {}
        for sent_name, sent in raw.items():
            name = cls.aliases.get(sent_name, sent_name)
            value = sent.strip() if isinstance(sent, str) else sent
            _refuse_broken_text(sent_name, value)
            if value is None or value == "":
                continue
            if name in given and given[name] != value:
                raise InvalidInput(
                    f"{sent_as[name]} says something else, and the two are one field; send one", field=sent_name
                )
            given[name], sent_as[name] = value, sent_name
        try:
            return cls.model_validate(given)
        except ValidationError as e:
            _refuse(cls, e, given, sent_as)

    @classmethod
    def fields(cls) -> dict[str, str]:
        """Every name that is accepted, aliases included, and what it accepts."""
        described = {name: field.description or "" for name, field in cls.model_fields.items()}
        return described | {alias: described[name] for alias, name in cls.aliases.items()}


def _refuse_broken_text(name: str, value: Any) -> None:
    """JavaScript can cut an emoji in half; what is left of it is no text, and nothing could store it."""
    try:
        f"{name}{value if isinstance(value, str) else ''}".encode()
    except UnicodeEncodeError as e:
        raise InvalidInput(f"it holds half a character (position {e.start}); send whole ones", field=shown(name)) from e


def _refuse(request: type[Request], error: ValidationError, given: dict[str, Any], sent_as: dict[str, str]) -> NoReturn:
    """Say of each wrong field what was sent, what is accepted, and the nearest known name."""
    first_of_each = {str(detail["loc"][0]): detail for detail in reversed(error.errors(include_url=False))}
    names = [name for name in given if name in first_of_each] + [name for name in first_of_each if name not in given]
    told = [(_field(sent_as.get(name, name)), _explain(request, first_of_each[name], given)) for name in names[:NAMED]]
    message = "; ".join([told[0][1], *(f"{name}: {text}" for name, text in told[1:])])
    raise InvalidInput(message, field=told[0][0], fields=[name for name, _ in told])


def _field(name: str) -> str:
    """A field's name as it can be shown."""
    return name if name.isidentifier() and len(name) <= SHOWN_CHARS else shown(name)


def _explain(request: type[Request], error: ErrorDetails, given: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    known = request.fields()
    if error["type"] == "missing":
        return f"missing; send {known[name]}"
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name[:SHOWN_CHARS], known, n=1, cutoff=0.6)
        accepted = f"accepted are {', '.join(known)}" if known else "this endpoint takes none"
        return f"unknown field; {f'did you mean {near[0]}?' if near else accepted}"
    sent = given.get(name)
    if error["type"] == "string_too_long":
        return f"{len(str(sent))} characters are too many; send {known[name]}"
    near = difflib.get_close_matches(str(sent)[:SHOWN_CHARS].lower(), _choices(error), n=1, cutoff=0.6)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{shown(sent)} is not accepted{hint}; send {known.get(name, '')}"


def _choices(error: ErrorDetails) -> list[str]:
    expected = str(error.get("ctx", {}).get("expected", ""))
    return [choice.strip(" '") for choice in expected.replace(" or ", ",").split(",")]


def lower(value: Any) -> Any:
    """For fields with a few accepted words: WAV means wav."""
    return value.lower() if isinstance(value, str) else value


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a boolean is no number")
    return value


def number(default: float | None, low: float, high: float, meaning: str) -> Any:
    """A field for a number with bounds."""
    return Field(default, ge=low, le=high, description=f"a number from {low:g} to {high:g} ({meaning})")


def whole(default: int | None, low: int, high: int, meaning: str) -> Any:
    """A field for a whole number with bounds."""
    return Field(default, ge=low, le=high, description=f"a whole number from {low} to {high} ({meaning})")


Number = Annotated[float, BeforeValidator(_no_boolean)]
Whole = Annotated[int, BeforeValidator(_no_boolean)]

VoiceName = Annotated[str, AfterValidator(voice_name)]
"""A voice's name, without `.wav` once parsed."""

VoicePrefix = Annotated[str, AfterValidator(name_prefix)]


def _job_id(value: str) -> str:
    if not is_job_id(value):
        raise ValueError("no job id")
    return value


JobId = Annotated[str, AfterValidator(_job_id)]

Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}$")]
LANGUAGE = "a language code such as en, de or pt-br"

RefText = Annotated[str, Field(max_length=TEXT_MAX_CHARS)]
REF_TEXT = f"what the recording says, word for word, up to {TEXT_MAX_CHARS} characters"

ExpiresIn = Annotated[int, BeforeValidator(_no_boolean), Field(ge=LINK_MIN_S, le=LINK_MAX_S)]
EXPIRES_IN = f"a whole number from {LINK_MIN_S} to {LINK_MAX_S} (seconds that the link works)"
