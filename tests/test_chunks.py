"""Chunks: every word of the text, in order, in pieces that are not too long."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.text.chunks import Chunk, split_chunks

WORDS = st.text(st.sampled_from("abcXYZ.,;!?…\"')»。！」世界é🙂\u200b-"), min_size=1, max_size=12)
SPACES = st.text(st.sampled_from(" \n\t\r\u00a0\u2028\u3000\x1c"), min_size=1, max_size=4)
TEXTS = st.lists(st.one_of(WORDS, SPACES), max_size=40).map("".join)


def _words(chunks: list[Chunk]) -> list[str]:
    """The words of all chunks; one that a chunk goes on with is put together again."""
    words: list[str] = []
    for chunk in chunks:
        begun = words.pop() if chunk.inside_word else ""
        words += [begun + chunk.words[0], *chunk.words[1:]]
    return words


@settings(deadline=None)
@given(TEXTS | st.text(max_size=80), st.integers(1, 60))
def test_every_word_is_in_one_chunk(text: str, max_chars: int) -> None:
    """The words of the chunks are those of the text, in order, each chunk a stretch of the text with words in it."""
    chunks = split_chunks(text, max_chars)
    assert _words(chunks) == text.split()
    assert all(chunk.words and chunk.text == text[chunk.start : chunk.end] for chunk in chunks)
    edges = [edge for chunk in chunks for edge in (chunk.start, chunk.end)]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)


@pytest.mark.parametrize("size", [len, lambda text: len(text.encode())], ids=["characters", "bytes"])
@settings(deadline=None)
@given(text=TEXTS, limit=st.integers(1, 60))
def test_only_a_character_is_larger_than_a_chunk_may_be(size: Callable[[str], int], text: str, limit: int) -> None:
    """Every chunk is within the limit, white space at its edges left out, unless it is a single character."""
    for chunk in split_chunks(text, limit, size):
        assert size(chunk.text.strip()) <= limit or len(chunk.text.strip()) == 1


@settings(deadline=None)
@given(TEXTS.filter(lambda text: not set("。！") & set(text)), st.integers(1, 60))
def test_only_long_words_are_split(text: str, limit: int) -> None:
    """A word that fits into a chunk is in one, unless it has a CJK mark."""
    pieces: list[list[str]] = []
    for chunk in split_chunks(text, limit):
        first, *others = chunk.words
        pieces = [*pieces[:-1], [*pieces[-1], first]] if chunk.inside_word else [*pieces, [first]]
        pieces += [[other] for other in others]
    assert all(len(parts) == 1 or len("".join(parts)) > limit for parts in pieces)


SPLIT = {
    "nothing": ("", 10, []),
    "white space": (" \n\n ", 2, []),
    "short": ("One. Two.", 20, ["One. Two."]),
    "sentences": ("One two. Three four! Five six? Seven.", 21, ["One two. Three four! ", "Five six? Seven."]),
    "quotes": ('He said "No." Then "Yes!" he said.', 16, ['He said "No." ', 'Then "Yes!" ', "he said."]),
    "clauses of a long sentence": ("One two, three four; five six.", 15, ["One two, ", "three four; ", "five six."]),
    "words of a long clause": ("one two three four five six", 10, ["one two ", "three four ", "five six"]),
    "a long word": ("abcdefgh. i", 3, ["abc", "def", "gh. ", "i"]),
    "decimals": ("Pay 3.14 or 1,000.50 now. Later.", 26, ["Pay 3.14 or 1,000.50 now. ", "Later."]),
    "paragraphs": ("A heading\n\nIts text goes on", 20, ["A heading\n\n", "Its text goes on"]),
    "CJK": ("你好。世界！再见", 4, ["你好。", "世界！", "再见"]),
    "CJK quotes": ("「你好。」他说。", 6, ["「你好。」", "他说。"]),
    "ellipsis": ("Well… yes... no.", 8, ["Well… ", "yes... ", "no."]),
}


@pytest.mark.parametrize(("text", "max_chars", "expected"), SPLIT.values(), ids=SPLIT)
def test_splits_where_one_would_breathe(text: str, max_chars: int, expected: list[str]) -> None:
    """Sentences stay whole if they fit, and as many as fit go together."""
    assert [chunk.text for chunk in split_chunks(text, max_chars)] == expected


HOSTILE = {
    "full stops": "." * 20_000,
    "marks": "!?" * 10_000,
    "marks and quotes": ".'" * 10_000,
    "brackets": "." + ")" * 20_000,
    "newlines": "\n" * 20_000 + "x",
    "newlines and spaces": "\n \t" * 7_000 + "x",
    "spaces": "x" + " " * 20_000,
    "CJK marks": "。" * 20_000,
    "clause marks": ",;" * 10_000,
    "words": "a " * 10_000,
    "one word": "x" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_takes_no_text_long_to_split(text: str) -> None:
    """The longest accepted text of one sort takes milliseconds, not seconds."""
    started = time.monotonic()
    split_chunks(text, 400)
    assert time.monotonic() - started < 1
