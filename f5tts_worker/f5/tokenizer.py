"""Text to token ids: characters, and pinyin syllables for Chinese.

A vocabulary is a file with one token a line; the first is the space. What it lacks is read as that space: the model
says nothing there.
"""

import re
from pathlib import Path

# The vocabulary has straight quotes only, and the training text had no semicolons.
_FOLDED = str.maketrans({";": ",", "“": '"', "”": '"', "‘": "'", "’": "'"})

UNKNOWN = 0

_NO_SPACE_BEHIND = (" ", ":", "'", '"')
_PLAIN_WORD = re.compile(r"""["']?[A-Za-z]+(?:'[A-Za-z]+)*[.,!?:]?["']?|""")


class VocabularyError(ValueError):
    """A vocabulary file cannot be used."""


class Tokenizer:
    """Reads text as the model was trained to."""

    def __init__(self, vocab: dict[str, int]) -> None:
        if vocab.get(" ") != UNKNOWN:
            raise VocabularyError("its first line must be a space, which stands for every unknown character")
        self._vocab = vocab

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read a vocab.txt; raises VocabularyError."""
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except UnicodeDecodeError as e:
            raise VocabularyError("it is not UTF-8 text") from e
        tokens = lines[:-1] if lines[-1] == "" else lines
        return cls({token: i for i, token in enumerate(tokens)})

    def __len__(self) -> int:
        return len(self._vocab)

    def split(self, text: str, after: str = " ") -> list[str]:
        """The tokens of a text that follows the token `after`."""
        return split_tokens(text, after)

    def ids(self, tokens: list[str]) -> list[int]:
        """A number for each token."""
        return [self._vocab.get(token, UNKNOWN) for token in tokens]

    def unknown(self, tokens: list[str]) -> list[str]:
        """Tokens that the vocabulary lacks, each once, in order."""
        return list(dict.fromkeys(token for token in tokens if token not in self._vocab))


def split_tokens(text: str, after: str = " ") -> list[str]:
    """The tokens of a text: its characters; a Chinese character is a space and its syllable with the tone's number.

    The model learnt texts that were segmented by jieba: "A/B" has a space behind its slash there. Plain words between
    spaces come out as they are, so the segmenter is loaded only for a text with anything else in it.
    """
    text = text.translate(_FOLDED)
    if after in _NO_SPACE_BEHIND and all(_PLAIN_WORD.fullmatch(word) for word in text.split(" ")):
        return list(text)
    import rjieba

    tokens = [after]
    for segment in rjieba.cut(text):
        if segment.isascii():
            if len(segment) > 1 and tokens[-1] not in _NO_SPACE_BEHIND:
                tokens.append(" ")
            tokens += segment
        else:
            tokens += _foreign_tokens(segment)
    return tokens[1:]


def _foreign_tokens(segment: str) -> list[str]:
    """Tokens of a segment with characters beyond ASCII: a whole Chinese word is read at once, for its tones."""
    whole = all(0x800 <= ord(character) <= 0xFFFF for character in segment)
    readings = _pinyin(segment) if whole else [_pinyin(c)[0] if _is_chinese(c) else c for c in segment]
    tokens: list[str] = []
    for character, reading in zip(segment, readings, strict=True):
        tokens += [" ", reading] if _is_chinese(character) else [reading]
    return tokens


def _pinyin(word: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(word, style=Style.TONE3, tone_sandhi=True, errors=list)  # type: ignore[arg-type]  # a list is taken too


def _is_chinese(character: str) -> bool:
    return "\u3100" <= character <= "\u9fff"
