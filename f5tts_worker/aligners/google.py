"""Google Speech-to-Text: what it hears, with its times, brought to the caller's words."""

import itertools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..audio import FRAME_MS, Audio, Span, resample
from ..resident import Resident
from ..text.words import join_words
from ..words import Word
from .base import AlignmentError
from .credentials import CredentialsError, find_credentials
from .matching import match_words

if TYPE_CHECKING:
    from google.cloud.speech import RecognizeResponse, SpeechClient

logger = logging.getLogger(__name__)

RATE = 16_000
"""Hertz, as LINEAR16: 55 s are 1.8 MB of the 10 MB that a request may have."""

PIECE_MS = 55_000
"""Longest piece; Google refuses more than 60 s of inline audio."""

PIECE_MIN_MS = 30_000
"""Where a piece has to be cut, the quietest place after this is taken."""

QUIET_MS = 200
PARALLEL = 4
"""Pieces under way at a time."""

PIECE_TIMEOUT_S = 60.0
LATE_MS = 500
"""How far past its piece a word may end before its times are doubted; it is moved inside."""

UNRATED_SCORE = 0.5
"""Of a word whose confidence Google does not give."""

MAX_PHRASE, MAX_PHRASES, MAX_HINTS = 100, 5_000, 100_000
"""Google's limits of speech contexts: characters of a phrase, phrases, characters of all."""

# Google wants a region: where it is not the language's own code, and where a tag has another name there.
REGIONS = {
    **{"ar": "EG", "bn": "BD", "ca": "ES", "cs": "CZ", "da": "DK", "el": "GR", "en": "US", "et": "EE", "eu": "ES"},
    **{"fa": "IR", "gl": "ES", "he": "IL", "hi": "IN", "hy": "AM", "ja": "JP", "ka": "GE", "kk": "KZ", "kn": "IN"},
    **{"ko": "KR", "ml": "IN", "mr": "IN", "ms": "MY", "ne": "NP", "pt": "BR", "sl": "SI", "sq": "AL", "sr": "RS"},
    **{"sv": "SE", "sw": "KE", "ta": "IN", "te": "IN", "uk": "UA", "ur": "PK", "vi": "VN"},
}
NAMES = {
    **{"zh": "cmn-Hans-CN", "zh-CN": "cmn-Hans-CN", "zh-HANS": "cmn-Hans-CN", "zh-SG": "cmn-Hans-CN"},
    **{"zh-TW": "cmn-Hant-TW", "zh-HANT": "cmn-Hant-TW", "zh-HK": "yue-Hant-HK", "yue": "yue-Hant-HK"},
    **{
        "he": "iw-IL",
        "he-IL": "iw-IL",
        "iw": "iw-IL",
        "nb": "no-NO",
        "nb-NO": "no-NO",
        "tl": "fil-PH",
        "fil": "fil-PH",
    },
    **{"pa": "pa-Guru-IN"},
}


class GoogleAligner(Resident):
    """Sends audio to Google, once credentials are set."""

    name = "google"

    def __init__(
        self,
        credentials_json: str | None = None,
        credentials_file: Path | None = None,
        *,
        connect: "Callable[[Any], SpeechClient] | None" = None,
        piece_timeout_s: float = PIECE_TIMEOUT_S,
    ) -> None:
        """A key of a service account, as JSON or in a file; `connect` makes a client of the credentials.

        No request, with all its repetitions, takes longer than `piece_timeout_s`.
        """
        super().__init__("Google aligner")
        self._json = credentials_json
        self._file = credentials_file
        self._connect = connect or _connect
        self._piece_timeout_s = piece_timeout_s
        self._client: SpeechClient | None = None

    def _open(self) -> None:
        """Read the credentials and make a client; asks no server."""
        self._client = self._connect(find_credentials(self._json, self._file))

    def _reason(self, error: Exception) -> str:
        if isinstance(error, CredentialsError):
            return str(error)
        return f"the client could not be made: {type(error).__name__}"

    def align(self, audio: Audio, words: list[str], language: str | None) -> list[Word]:
        """Recognise the audio and give the caller's words the times of what was heard."""
        self.load()
        client = self._client
        if client is None:
            raise AlignmentError(self.problem)
        code, hints = language_code(language), phrases(words)
        audio = resample(audio, RATE)
        spans = pieces(audio)

        def hear(span: Span) -> list[Word]:
            return self._hear(client, audio.slice_ms(span.start_ms, span.end_ms), span, code, hints)

        with ThreadPoolExecutor(PARALLEL) as pool:
            heard = [word for piece in pool.map(hear, spans) for word in piece]
        audio_ms = round(audio.duration_s * 1000)
        return [_inside(word, audio_ms) for word in match_words(words, heard)]

    def _hear(self, client: "SpeechClient", piece: Audio, span: Span, code: str, hints: list[str]) -> list[Word]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError, ServiceUnavailable
        from google.api_core.retry import Retry
        from google.cloud import speech

        def passes(error: BaseException) -> bool:
            return isinstance(error, ServiceUnavailable) and "metadata from plugin" not in str(error)  # refused there

        config = speech.RecognitionConfig(
            encoding=speech.RecognitionConfig.AudioEncoding.LINEAR16,
            sample_rate_hertz=RATE,
            language_code=code,
            enable_word_time_offsets=True,
            enable_word_confidence=True,
            speech_contexts=[speech.SpeechContext(phrases=hints)],
        )
        steps = np.clip(np.rint(piece.samples * 32768), -32768, 32767).astype("<i2")
        try:
            # Without a retry of ours the client's own goes on for 5000 s, whatever the timeout. A last attempt begins
            # after half the time at most: near the end an attempt would get the whole of it once more.
            response = client.recognize(
                config=config,
                audio=speech.RecognitionAudio(content=steps.tobytes()),
                retry=Retry(predicate=passes, initial=0.5, maximum=8.0, timeout=self._piece_timeout_s / 2),
                timeout=self._piece_timeout_s,
            )
        except (GoogleAPICallError, RetryError) as e:
            logger.warning("Google: %s", " ".join(str(e).split())[:500])
            raise AlignmentError(_refusal(e)) from e
        return _heard(response, span)


def _connect(credentials: Any) -> "SpeechClient":
    from google.cloud import speech

    return speech.SpeechClient(credentials=credentials)


def _refusal(error: Exception) -> str:
    from google.api_core import exceptions

    if isinstance(error, exceptions.Unauthenticated | exceptions.Forbidden) or "metadata from plugin" in str(error):
        return "Google refused the credentials: is the key active, and the Speech-to-Text API enabled in its project?"
    if isinstance(error, exceptions.ResourceExhausted):
        return "Google's quota of this project is used up"
    if isinstance(error, exceptions.RetryError | exceptions.ServiceUnavailable | exceptions.DeadlineExceeded):
        return "Google did not answer in time"
    if isinstance(error, exceptions.InvalidArgument):
        return f"Google refused the request: {' '.join(error.message.split())[:200]}"
    return f"Google failed: {type(error).__name__}"


def language_code(language: str | None) -> str:
    """Google's code for a tag: en -> en-US, pt-br -> pt-BR, zh -> cmn-Hans-CN; English where nobody said."""
    base, _, region = (language or "en").replace("_", "-").partition("-")
    tag = f"{base.lower()}-{region.upper()}" if region else base.lower()
    return NAMES.get(tag) or (tag if region else f"{tag}-{REGIONS.get(tag, tag.upper())}")


def phrases(words: list[str]) -> list[str]:
    """The known text as hints of what will be heard, in phrases as long as Google takes."""
    found: list[str] = []
    run: list[str] = []
    for word in words:
        if run and len(join_words([*run, word])) > MAX_PHRASE:
            found.append(join_words(run))
            run = []
        run.append(word[:MAX_PHRASE])
    found = [*found, join_words(run)] if run else found
    return found[: min(MAX_PHRASES, MAX_HINTS // MAX_PHRASE)]


def pieces(audio: Audio) -> list[Span]:
    """The audio in pieces of PIECE_MS at most, cut in the middle of the quietest QUIET_MS of each one's last part."""
    end_ms = int(audio.duration_s * 1000)
    width = QUIET_MS // FRAME_MS
    edges = [0]
    while end_ms - edges[-1] > PIECE_MS:
        first, last = ((edges[-1] + ms) // FRAME_MS for ms in (PIECE_MIN_MS, PIECE_MS))
        loudness = np.convolve(audio.levels_db[first:last], np.ones(width), "valid")
        edges.append((first + int(np.argmin(loudness)) + width // 2) * FRAME_MS)
    return [Span(start, end) for start, end in itertools.pairwise([*edges, end_ms])]


def _heard(response: "RecognizeResponse", span: Span) -> list[Word]:
    """The words of a piece, moved to where it stands in the audio; raises AlignmentError for times of no use.

    Read from the message under Google's wrapper: there an offset is a Duration, whatever a version wraps it into.
    """
    from google.cloud.speech import RecognizeResponse

    words: list[Word] = []
    for result in RecognizeResponse.pb(response, coerce=True).results:
        best = result.alternatives[0] if result.alternatives else None
        if best is None or not best.transcript.strip():
            continue
        if not best.words:
            raise AlignmentError("Google gave no word times")
        for word in best.words:
            text = word.word.split("|")[0]  # Japanese words come with their reading behind a bar
            start, end = (offset.ToMilliseconds() for offset in (word.start_time, word.end_time))
            score = word.confidence or best.confidence or UNRATED_SCORE
            words.append(Word(text, span.start_ms + start, span.start_ms + end, min(max(score, 0.0), 1.0), "google"))
    starts = [span.start_ms, *(word.start_ms for word in words)]
    if any(later < earlier for earlier, later in itertools.pairwise(starts)) or any(
        word.end_ms < word.start_ms for word in words
    ):
        raise AlignmentError("Google's word times run backwards")
    if any(word.end_ms > span.end_ms + LATE_MS for word in words):
        raise AlignmentError("Google's word times run past the end of the audio")
    return [_inside(word, span.end_ms) for word in words]


def _inside(word: Word, end_ms: int) -> Word:
    return Word(word.text, min(word.start_ms, end_ms), min(word.end_ms, end_ms), word.score, word.source)
