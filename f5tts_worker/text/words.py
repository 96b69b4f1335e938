"""Words: the caller's text as the units that captions show and aligners time."""

import re

# Scripts written without spaces whose characters are words, or near enough, by themselves: Han, kana, bopomofo.
_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_IS_CJK = re.compile(f"[{_CJK}]")
_TIGHT = re.compile(f"[{_CJK}\u3001-\u3003\u3008-\u3020\uff01-\uff65]")

# One such character with the marks over it, a stretch of letters of other scripts, or what is neither.
_PIECE = re.compile(
    rf"(?P<cjk>[{_CJK}][\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]*)|(?P<letters>[^\W{_CJK}]+)|[^\w{_CJK}]+"
)


def split_words(text: str) -> list[str]:
    """The words as the caller wrote them: what white space separates; of Chinese and Japanese, each character.

    Punctuation, quotes and emoji stay with the word they touch. Nothing but white space is left out.
    """
    return [text[start:end] for start, end in word_spans(text)]


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where each of split_words begins and ends, in characters."""
    spans: list[tuple[int, int]] = []
    end = 0
    for token in text.split():
        start = text.index(token, end)
        end = start + len(token)
        if not _IS_CJK.search(token):
            spans.append((start, end))
            continue
        for unit in _units(token):
            spans.append((start, start + len(unit)))
            start += len(unit)
    return spans


def _units(token: str) -> list[str]:
    """Each character with the marks behind it, and before it those that follow nothing; other letters as they stand."""
    units: list[str] = []
    letters = marks = ""
    for piece in _PIECE.finditer(token):
        if piece["cjk"]:
            units += [letters] * bool(letters)
            units.append(marks + piece["cjk"])
            letters = marks = ""
        elif piece["letters"]:
            letters += marks + piece["letters"]
            marks = ""
        elif units and not letters:
            units[-1] += piece[0]
        else:
            marks += piece[0]
    return units + [letters + marks] * bool(letters + marks)


def join_words(words: list[str]) -> str:
    """The words as a line: with spaces, but none beside a Chinese or Japanese character or mark."""
    line = ""
    for word in words:
        line += f" {word}" if line and not (_TIGHT.match(line[-1]) or _TIGHT.match(word[0])) else word
    return line


def is_spoken(text: str) -> bool:
    """Whether there is anything to say in it; a lone dash or an emoji may take no time."""
    return any(character.isalnum() for character in text)
