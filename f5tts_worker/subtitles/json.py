"""JSON: words and cues with nothing left out, for programs.

    {
      "text": what was spoken, as the caller wrote it,
      "duration_ms": of the audio,
      "method": who timed the words: whisperx, google, offline or native,
      "confidence": 0 to 1, or null,
      "words": [{"word", "start_ms", "end_ms", "score": 0 to 1, "source": like method}, ...],
      "cues": [{"start_ms", "end_ms", "text": lines with \\n between, "words": [first index, past the last]}, ...]
    }

Where a text has several voices, each word and cue has a "speaker" too: the voice's name.
Fields may be added; none will go or change its meaning.
"""

import json
from itertools import accumulate, pairwise

from .captions import Captions


def render(captions: Captions) -> str:
    """Write the captions as one object, a word and a cue to a line."""
    named = captions.names_speakers
    words: list[dict[str, object]] = [
        {
            "word": word.text,
            "start_ms": word.start_ms,
            "end_ms": word.end_ms,
            "score": round(word.score, 3),
            "source": word.source,
            **({"speaker": word.speaker} if named else {}),
        }
        for word in captions.words
    ]
    ranges = pairwise(accumulate((len(cue.words) for cue in captions.cues), initial=0))
    cues: list[dict[str, object]] = [
        {
            "start_ms": cue.start_ms,
            "end_ms": cue.end_ms,
            "text": cue.text,
            "words": [first, past],
            **({"speaker": cue.speaker} if named else {}),
        }
        for cue, (first, past) in zip(captions.cues, ranges, strict=True)
    ]
    fields = {
        "text": _json(captions.text),
        "duration_ms": _json(captions.audio_ms),
        "method": _json(captions.method),
        "confidence": _json(None if captions.confidence is None else round(captions.confidence, 3)),
        "words": _rows(words),
        "cues": _rows(cues),
    }
    return "{\n" + ",\n".join(f' "{name}": {value}' for name, value in fields.items()) + "\n}\n"


def _rows(rows: list[dict[str, object]]) -> str:
    return "[" + ",".join(f"\n  {_json(row)}" for row in rows) + "\n ]" if rows else "[]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
