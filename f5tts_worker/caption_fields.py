"""Caption fields: what `tts` and `timing` are asked about captions, and what both answer."""

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal, ParamSpec, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from .aligners.chain import Listen
from .captions import Captioner, Timing, TimingRequest, native_timing, timing_key
from .contract import Number, Request, Response, Whole, lower, number, whole
from .errors import Cancelled, InvalidInput, TimingUnavailable, WorkerError, shown
from .records import JobRecord
from .storage import Storage
from .subtitles import FORMATS, look_warnings
from .subtitles.options import (
    CHARS_RANGE,
    COLOR_PATTERN,
    CUE_S_RANGE,
    FONT_MAX_CHARS,
    FONT_PATTERN,
    LINES_RANGE,
    MARGIN_RANGE,
    OUTLINE_RANGE,
    PRESETS,
    SCREEN_RANGE,
    SHADOW_RANGE,
    SIZE_RANGE,
    STYLE_PRESETS,
    CaptionOptions,
    CaptionStyle,
    Look,
    Position,
    fit_screen,
)
from .words import Word

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

WORDS_IN_ANSWER = 2_000
"""More are in the files only: a word takes about 80 bytes, and an answer may have 10 MB."""

TimingFormat = Literal["srt", "vtt", "csv", "json", "ass"]
PresetName = Literal["classic", "bold", "karaoke-yellow", "minimal", "top"]
COLOR = "a colour as #RRGGBB or #RRGGBBAA"


def _format_list(value: Any) -> Any:
    """One name, several with commas between, "all", or a list; each once."""
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    if isinstance(value, str):
        value = [name.strip() for name in value.split(",") if name.strip()]
    if not isinstance(value, list | tuple) or len(value) > 2 * len(FORMATS):
        raise ValueError("no list of formats")
    names = dict.fromkeys(lower(name) if isinstance(name, str) else shown(name) for name in value)
    return tuple(FORMATS) if "all" in names else tuple(names)


def _screen(value: Any) -> Any:
    """Width and height of "1080x1920"."""
    if isinstance(value, str):
        value = tuple(int(side) for side in value.lower().split("x"))
    if (
        not isinstance(value, tuple)
        or len(value) != 2
        or not all(SCREEN_RANGE[0] <= n <= SCREEN_RANGE[1] for n in value)
    ):
        raise ValueError("no screen")
    return value


Color = Annotated[str, Field(pattern=COLOR_PATTERN)]
Screen = Annotated[tuple[int, int], BeforeValidator(_screen)]


def _of_preset(low: float, high: float, meaning: str) -> Any:
    return Field(None, ge=low, le=high, description=f"a number from {low:g} to {high:g} ({meaning})")


class CaptionRequest(Request):
    """Which captions; the fields of an ASS look that are not sent are the preset's."""

    timing_format: Annotated[tuple[TimingFormat, ...], Field(min_length=1), BeforeValidator(_format_list)] = Field(
        ("srt",), description=f"one of {', '.join(FORMATS)}, a list of them, or all"
    )
    timing_method: Annotated[Literal["auto", "whisperx", "google", "offline"], BeforeValidator(lower)] = Field(
        "auto", description="auto, whisperx, google or offline"
    )
    timing_strict: bool = Field(False, description="true or false: try no other method than timing_method")
    caption_style: Annotated[CaptionStyle, BeforeValidator(lower)] = Field(
        "words", description="words, lines, karaoke or pop"
    )
    max_chars_per_line: Whole = whole(42, *CHARS_RANGE, "of lines and karaoke")
    max_lines: Whole = whole(2, *LINES_RANGE, "lines a cue")
    max_cue_s: Number = number(7.0, *CUE_S_RANGE, "seconds a cue may stay")
    caption_preset: Annotated[PresetName, BeforeValidator(lower)] | None = Field(
        None, description=f"one of {', '.join(PRESETS)}: the look in ASS"
    )
    caption_font: Annotated[str, Field(pattern=FONT_PATTERN, max_length=FONT_MAX_CHARS)] | None = Field(
        None, description="a font's name, such as DejaVu Sans"
    )
    caption_size: Whole | None = whole(None, *SIZE_RANGE, "pixels")
    caption_color: Color | None = Field(None, description=COLOR)
    caption_highlight: Color | None = Field(None, description=f"{COLOR}, of the spoken word")
    caption_outline_color: Color | None = Field(None, description=COLOR)
    caption_outline: Number | None = _of_preset(*OUTLINE_RANGE, "pixels")
    caption_shadow: Number | None = _of_preset(*SHADOW_RANGE, "pixels")
    caption_position: Annotated[Position, BeforeValidator(lower)] | None = Field(
        None, description="bottom, middle or top"
    )
    caption_margin_v: Whole | None = whole(None, *MARGIN_RANGE, "pixels from the top or bottom")
    caption_margin_h: Whole | None = whole(None, *MARGIN_RANGE, "pixels from the sides")
    caption_screen: Screen | None = Field(
        None,
        description=f"width and height of the video, such as 1080x1920; {SCREEN_RANGE[0]} to {SCREEN_RANGE[1]} each",
    )
    caption_uppercase: bool | None = Field(None, description="true or false: show capitals")
    caption_bold: bool | None = Field(None, description="true or false")

    @model_validator(mode="after")
    def _look_fits(self) -> Self:
        _ = self.caption_options  # raises InvalidInput where its parts do not fit one another
        return self

    @property
    def timing_request(self) -> TimingRequest:
        """How the words are to be found."""
        return TimingRequest(self.timing_method, self.timing_strict)

    @property
    def caption_options(self) -> CaptionOptions:
        """How they are to be shown."""
        look = PRESETS[self.caption_preset or STYLE_PRESETS[self.caption_style]]
        return CaptionOptions(
            style=self.caption_style,
            max_chars_per_line=self.max_chars_per_line,
            max_lines=self.max_lines,
            max_cue_s=self.max_cue_s,
            look=self._changed(look),
        )

    def _changed(self, look: Look) -> Look:
        look = fit_screen(look, *self.caption_screen) if self.caption_screen else look
        named = {name: getattr(self, f"caption_{name}") for name in LOOK_FIELDS}
        sent = {name: value for name, value in named.items() if value is not None}
        look = replace(look, **sent)
        if 2 * look.margin_h > look.width * 0.8:
            raise InvalidInput(f"{look.margin_h} leaves no room on a screen of {look.width}", field="caption_margin_h")
        if look.margin_v > look.height * 0.9:
            raise InvalidInput(f"{look.margin_v} is off a screen of {look.height}", field="caption_margin_v")
        return look


LOOK_FIELDS = tuple(name for name in Look.__dataclass_fields__ if name not in ("width", "height"))


class WordTime(Response):
    """When a word is spoken."""

    word: str
    start_ms: int
    end_ms: int
    score: float
    speaker: str | None = None
    """Where a text has several."""


class TimingAnswer(Response):
    """Captions and word times."""

    timing_files: dict[str, str]
    timing_format: str
    timing_method: str
    timing_confidence: float | None
    word_count: int
    words: list[WordTime]


class TimingError(Response):
    """Why there are no word times; the audio is there all the same."""

    code: str
    message: str


def attempt(make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | TimingError:
    """Do a part of the captions, or say why not: the audio is there, and is not given up for them."""
    try:
        return make(*args, **kwargs)
    except Cancelled:
        raise
    except WorkerError as e:
        return TimingError(code=e.code, message=e.message)
    except Exception:
        error_id = uuid.uuid4().hex[:12]
        logger.exception("internal error %s in timing", error_id)
        return TimingError(
            code=TimingUnavailable.code, message=f"something failed inside the worker; report error id {error_id}"
        )


def time_words(
    request: CaptionRequest, record: JobRecord, listen: Callable[[], Listen], captioner: Captioner
) -> Timing:
    """The times of a job's words: those that its engine knows exactly, or found in the audio. Raises TimingUnavailable.

    `listen` is called only if the audio is needed.
    """
    native = record.native_words
    if native is not None and request.timing_method == "auto":
        return native_timing(native, request.caption_options)
    return captioner.time(listen(), record.said, record.language, request.timing_request, request.caption_options)


def answer_timing(
    record: JobRecord, timing: Timing, formats: tuple[str, ...], captioner: Captioner, storage: Storage, expires_in: int
) -> TimingAnswer:
    """Write the captions that were asked for, and link them."""
    captioner.write(record.job_id, record.text, round((record.duration_s or 0) * 1000), timing, formats)
    return TimingAnswer(
        timing_files={name: link_captions(record.job_id, name, storage, expires_in) for name in formats},
        timing_format=",".join(formats),
        timing_method=timing.method,
        timing_confidence=timing.confidence if timing.confidence is None else round(timing.confidence, 3),
        word_count=len(timing.words),
        words=[_word_time(word) for word in timing.words[:WORDS_IN_ANSWER]],
    )


def caption_warnings(timing: Timing, formats: tuple[str, ...]) -> list[str]:
    """What a caller should know about the times, and about the fonts of an ASS file."""
    look = look_warnings(timing.words, timing.options.look) if "ass" in formats else []
    return [*timing.warnings, *look]


def link_captions(job_id: str, caption_format: str, storage: Storage, expires_in: int) -> str:
    """A link to stored captions."""
    return storage.link(
        timing_key(job_id, caption_format),
        expires_in=expires_in,
        content_type=FORMATS[caption_format].content_type,
        filename=f"{job_id}.{caption_format}",
    )


def _word_time(word: Word) -> WordTime:
    speaker = {"speaker": word.speaker} if word.speaker else {}  # what is not set is not answered
    return WordTime(word=word.text, start_ms=word.start_ms, end_ms=word.end_ms, score=round(word.score, 3), **speaker)
