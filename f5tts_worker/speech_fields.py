"""Speech fields: what `tts` and `preview_text` are asked."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from .audio import AUDIO_FORMATS, SAMPLE_RATE
from .caption_fields import CaptionRequest
from .contract import LANGUAGE, REF_TEXT, Language, Number, RefText, VoiceName, Whole, lower, number, whole
from .engines import SpeechOptions
from .errors import InvalidInput, TextTooLong
from .mastering import BITRATES, LOUDNESS, SAMPLE_RATES, TITLE_MAX_CHARS, Master, check_master
from .names import VOICE_NAME
from .plan import NARRATOR, Manner
from .text.dialogue import DIALOGUE, parse_dialogue
from .text.lexicon import LEXICON, parse_lexicon
from .text.normalise import guess_language
from .text.script import Script, parse_script

SEED_MAX = 2**31 - 1
PARAGRAPH_PAUSE_MS, PARAGRAPH_PAUSE_MAX_MS = 500, 10_000
AUDIO_MAX_S = 4 * 3600
"""20,000 characters at the slowest speed take about 1.3 h."""

Quality = Literal["draft", "balanced", "high"]
QUALITY_STEPS: dict[Quality, int] = {"draft": 7, "balanced": 16, "high": 32}

AudioFormatName = Literal["wav", "mp3", "flac", "ogg", "opus"]


def _none_if_empty(value: Any) -> Any:
    """A list without lines is what no-code tools send for none."""
    return None if value in ([], "[]") else value


class SpeechRequest(CaptionRequest):
    """What to speak and how."""

    aliases: ClassVar[dict[str, str]] = {"voice": "local_voice"}

    text: str | None = Field(None, description="the text to speak")
    dialogue: Annotated[Any, BeforeValidator(_none_if_empty)] = Field(None, description=f"in place of text, {DIALOGUE}")
    local_voice: VoiceName | None = Field(None, description=VOICE_NAME)
    voice_url: str | None = Field(None, description="an http(s) link to a recording of 1 s to 10 min, cloned this once")
    ref_text: RefText | None = Field(None, description=REF_TEXT)
    language: Language | None = Field(None, description=LANGUAGE)
    normalize: bool = Field(True, description="true or false: say $45 as forty-five dollars; captions show $45")
    lexicon: Annotated[dict[str, str], BeforeValidator(parse_lexicon)] | None = Field(None, description=LEXICON)
    paragraph_pause_ms: Whole = whole(
        PARAGRAPH_PAUSE_MS, 0, PARAGRAPH_PAUSE_MAX_MS, "silence between paragraphs and between the lines of a dialogue"
    )
    speed: Number = number(1.0, 0.3, 3.0, "the pace; 1 is the voice's own")
    seed: Whole | None = whole(None, 0, SEED_MAX, "the same seed speaks the same way again")
    audio_format: Annotated[AudioFormatName, BeforeValidator(lower)] = Field(
        "wav", description=f"one of {', '.join(AUDIO_FORMATS)}"
    )
    bitrate: Whole | None = whole(None, BITRATES[0], BITRATES[1], "kbit/s of mp3 and opus")
    sample_rate: Whole = whole(SAMPLE_RATE, SAMPLE_RATES[0], SAMPLE_RATES[1], "Hz of the file")
    loudness: Number | None = number(None, LOUDNESS[0], LOUDNESS[1], "LUFS of the file, its true peak at most -1 dBTP")
    title: str | None = Field(
        None, max_length=TITLE_MAX_CHARS, description=f"the file's title tag, up to {TITLE_MAX_CHARS} characters"
    )
    remove_silence: bool = Field(
        False, description="true or false: cut silences down to 1 s, at the edges to 0.5 s, but no pause that you set"
    )
    quality: Annotated[Quality, BeforeValidator(lower)] = Field(
        "high", description="draft, balanced or high: fewer steps of the sampler are faster"
    )
    nfe_step: Whole | None = whole(None, 1, 128, "steps of the sampler, in place of quality")
    cfg_strength: Number = number(2.0, 0.0, 10.0, "how strictly the text is followed")
    sway_sampling_coef: Number = number(-1.0, -1.0, 1.0, "how much the sampler favours its early steps")
    target_rms: Number = number(0.1, 0.01, 0.5, "the level that quiet voices are raised to")
    cross_fade_duration: Number = number(0.15, 0.0, 1.0, "seconds that chunks may overlap in their silence")
    return_word_timings: bool = Field(False, description="true or false: say when each word is spoken")

    @model_validator(mode="after")
    def _fits_together(self) -> "SpeechRequest":
        if self.local_voice and self.voice_url:
            raise InvalidInput("local_voice names another voice; send one of the two", field="voice_url")
        if self.text and self.dialogue:
            raise InvalidInput("text says something else; send one of the two", field="dialogue")
        if not self.text and not self.dialogue:
            raise InvalidInput(f"missing; send {self.fields()['text']}, or dialogue", field="text")
        self.check_length_of_audio(0)
        _ = self.script
        return self

    @property
    def text_field(self) -> str:
        """The field that the text came in."""
        return "dialogue" if self.dialogue else "text"

    @cached_property
    def script(self) -> Script:
        """The text without its tags; raises InvalidInput."""
        if self.dialogue:
            return parse_dialogue(self.dialogue, self.paragraph_pause_ms)
        return parse_script(self.text or "", self.paragraph_pause_ms)

    @cached_property
    def spoken_language(self) -> str | None:
        """The language that was sent, else the one that the text tells."""
        return self.language or guess_language(self.script.text)

    def manner(self, main_voice: str | None) -> Manner:
        """How the text is to be read."""
        return Manner(main_voice or NARRATOR, self.speed, self.spoken_language, self.normalize, self.lexicon)

    @property
    def options(self) -> SpeechOptions:
        """How an engine is to speak."""
        return SpeechOptions(
            language=self.spoken_language,
            nfe_step=self.nfe_step or QUALITY_STEPS[self.quality],
            cfg_strength=self.cfg_strength,
            sway_sampling_coef=self.sway_sampling_coef,
            target_rms=self.target_rms,
        )

    def master(self, tags: Mapping[str, str]) -> Master:
        """What file is wanted."""
        return Master(self.audio_format, self.sample_rate, self.bitrate, self.loudness, tags)

    def check_length(self, limit: int) -> None:
        """Raise TextTooLong for a text of more than `limit` characters."""
        characters = len(self.script.text)
        if characters > limit:
            raise TextTooLong(
                f"the text has {characters} characters and {limit} are accepted; split it into several jobs",
                field=self.text_field,
                characters=characters,
                max_characters=limit,
            )

    def check_length_of_audio(self, seconds: float) -> None:
        """Raise InvalidInput if so much speech is more than a job may make, or fits into no file of its format."""
        if seconds > AUDIO_MAX_S:
            raise InvalidInput(
                f"its speech and pauses would take about {seconds / 3600:.1f} h, and {AUDIO_MAX_S / 3600:g} h are "
                "accepted; split it into several jobs",
                field=self.text_field,
                estimated_s=round(seconds),
            )
        check_master(self.audio_format, self.sample_rate, self.bitrate, seconds)
