"""The contract's common rules: how raw JSON becomes a typed request, and what a caller is told when it does not.

Callers are often no-code tools: numbers and booleans arrive as strings, and a field left empty as null or "". Those are
accepted. A field that does not exist is not: it is a typo whose effect the caller would miss.
"""

import difflib
from typing import Annotated, Any, ClassVar, NoReturn, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from .errors import InvalidInput
from .names import is_job_id, name_prefix, voice_name
from .settings import LINK_MAX_S, LINK_MIN_S

SHOWN_CHARS = 80
"""Of a value that is shown back in an error."""


class Response(BaseModel):
    """What an endpoint answers; fields that were never set are left out."""

    model_config = ConfigDict(frozen=True)

    def to_json(self) -> dict[str, Any]:
        """The JSON object."""
        return self.model_dump(mode="json", exclude_unset=True)


class Request(BaseModel):
    """What an endpoint is asked. Each field's description is what an error says is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    aliases: ClassVar[dict[str, str]] = {}
    """Other names of fields, from older callers."""

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> Self:
        """Read the job's input; raises InvalidInput for the first field that is wrong, naming all of them."""
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in raw.items()}
        given = {name: value for name, value in stripped.items() if value not in (None, "")}
        for alias, name in cls.aliases.items():
            value = given.pop(alias, None)
            if value is not None and given.setdefault(name, value) != value:
                raise InvalidInput(f"{name} says something else, and the two are one field; send one", field=alias)
        try:
            return cls.model_validate(given)
        except ValidationError as e:
            _refuse(cls, e.errors(include_url=False), given)

    @classmethod
    def fields(cls) -> dict[str, str]:
        """Every name that is accepted, aliases included, and what it accepts."""
        described = {name: field.description or "" for name, field in cls.model_fields.items()}
        return described | {alias: described[name] for alias, name in cls.aliases.items()}


def _refuse(request: type[Request], errors: list[ErrorDetails], given: dict[str, Any]) -> NoReturn:
    """Say of each wrong field what was sent, what is accepted, and the nearest known name."""
    found = {str(error["loc"][0]): _explain(request, error, given) for error in errors}
    field, message = next(iter(found.items()))
    others = [f"{name}: {text}" for name, text in list(found.items())[1:]]
    raise InvalidInput("; ".join([message, *others]), field=field, fields=list(found))


def _explain(request: type[Request], error: ErrorDetails, given: dict[str, Any]) -> str:
    name = str(error["loc"][0])
    known = request.fields()
    if error["type"] == "missing":
        return f"missing; send {known[name]}"
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"accepted are {', '.join(known) or 'no fields'}"
        return f"unknown field; {hint}"
    sent = given.get(name)
    near = difflib.get_close_matches(str(sent), _choices(error), n=1, cutoff=0.6)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{_shown(sent)} is not accepted{hint}; send {known.get(name, '')}"


def _choices(error: ErrorDetails) -> list[str]:
    return [
        choice.strip(" '") for choice in str(error.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")
    ]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}..."


def _no_boolean(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a boolean is no number")
    return value


def number(default: float, low: float, high: float, meaning: str) -> Any:
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

REF_TEXT_MAX_CHARS = 1_000  # 12 s of the fastest speech are about 300
RefText = Annotated[str, Field(max_length=REF_TEXT_MAX_CHARS)]
REF_TEXT = f"what the recording says, word for word, up to {REF_TEXT_MAX_CHARS} characters"

ExpiresIn = Annotated[int, BeforeValidator(_no_boolean), Field(ge=LINK_MIN_S, le=LINK_MAX_S)]
EXPIRES_IN = f"a whole number from {LINK_MIN_S} to {LINK_MAX_S} (seconds that the link works)"
