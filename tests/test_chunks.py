"""Chunks: a text parted where one would breathe, all of it said once and in order."""

import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.text.chunks import split_pieces
from f5tts_worker.text.pieces import Piece, plain_pieces, said_text, shown_text

WORDS = st.text(st.sampled_from("abcXYZ.,;!?…\"')»。！」世界é🙂\u200b\u0301ก็-12"), min_size=1, max_size=12)
SPACES = st.text(st.sampled_from(" \n\t\r\u00a0\u2028\u3000\x1c"), min_size=1, max_size=4)
TEXTS = st.lists(WORDS | SPACES, max_size=40).map("".join) | st.text(max_size=80)
SAID = st.lists(WORDS, max_size=8).map(" ".join)
PIECES = st.lists(st.builds(Piece, WORDS, SAID, st.just(0), st.booleans()), max_size=25) | TEXTS.map(plain_pieces)
SIZES = {"characters": len, "bytes": lambda text: len(text.encode())}


def chunks_of(text: str, limit: int) -> list[str]:
    """What is said in each chunk of a text."""
    return [said_text(chunk) for chunk in split_pieces(plain_pieces(text), limit)]


@settings(deadline=None)
@given(PIECES, st.integers(1, 60))
def test_all_is_shown_and_said_once(pieces: list[Piece], limit: int) -> None:
    """The chunks one after another show each word, and say each character, once and in order."""
    chunks = split_pieces(pieces, limit)
    together = [piece for chunk in chunks for piece in chunk]
    assert said_text(together) == said_text(pieces)
    assert [(piece.shown, piece.start, piece.spaced) for piece in together if piece.shown] == [
        (piece.shown, piece.start, piece.spaced) for piece in pieces
    ]
    assert [chunk for chunk in chunks if said_text(chunk)] == chunks or len(chunks) == 1


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@settings(deadline=None)
@given(pieces=PIECES, limit=st.integers(1, 60))
def test_only_a_character_is_over_the_limit(size: Callable[[str], int], pieces: Sequence[Piece], limit: int) -> None:
    """What a chunk says is within the limit, unless it is a single character."""
    for chunk in split_pieces(pieces, limit, size):
        assert size(said_text(chunk)) <= limit or len(said_text(chunk)) == 1


@settings(deadline=None)
@given(PIECES, st.integers(1, 100))
def test_only_what_is_too_long_is_cut(pieces: list[Piece], limit: int) -> None:
    """Where every piece fits into a chunk they stay as they are; a text that fits is one chunk."""
    chunks = split_pieces(pieces, limit)
    together = [piece for chunk in chunks for piece in chunk]
    assert together == pieces or any(len(piece.said) > limit for piece in pieces)
    assert len(chunks) == 1 or len(said_text(pieces)) > limit or not pieces


@settings(deadline=None)
@given(st.lists(st.integers(1, 6), max_size=40), st.integers(30, 90))
def test_sentences_that_fit_are_whole(lengths: list[int], limit: int) -> None:
    """Where no sentence is longer than a chunk, each chunk ends with one."""
    sentences = [" ".join(["Word"] * length) + "." for length in lengths]
    assert all(chunk.endswith(".") for chunk in chunks_of(" ".join(sentences), limit))


SPLIT = {
    "nothing": ("", 10, []),
    "white space": (" \n\n ", 2, []),
    "short": ("One. Two.", 20, ["One. Two."]),
    "sentences": ("One two. Three four! Five six? Seven.", 21, ["One two. Three four!", "Five six? Seven."]),
    "quotes": ('He said "No." Then "Yes!" he said.', 16, ['He said "No."', 'Then "Yes!"', "he said."]),
    "dialogue": ('"Where to?" he asked. "Home," she said.', 22, ['"Where to?" he asked.', '"Home," she said.']),
    "a question that goes on": ("So why? he asked us. We did not.", 20, ["So why? he asked us.", "We did not."]),
    "clauses of a long sentence": ("One two, three four; five six.", 15, ["One two,", "three four;", "five six."]),
    "dashes": ("He waited there – not for long – and left", 24, ["He waited there –", "not for long – and left"]),
    "words of a long clause": ("alpha bravo charlie delta echos golf", 20, ["alpha bravo charlie", "delta echos golf"]),
    "short words lean on the next": ("seventeen horses of the emperor", 22, ["seventeen horses", "of the emperor"]),
    "no punctuation is halved": (
        "some words " * 4 + "here",
        30,
        ["some words some words", "some words some words here"],
    ),
    "a long word": ("abcdefgh. i", 3, ["abc", "def", "gh.", "i"]),
    "an address is parted behind marks": ("example.com/a-long-way", 14, ["example.com/", "a-long-way"]),
    "decimals": ("Pay 3.14 or 1,000.50 now. Later.", 26, ["Pay 3.14 or 1,000.50 now.", "Later."]),
    "titles": ("It was so late. Dr. Smith left.", 21, ["It was so late.", "Dr. Smith left."]),
    "initials": ("He read to us. J. R. R. Tolkien.", 22, ["He read to us.", "J. R. R. Tolkien."]),
    "a country": ("They flew home. The U.S. Army did.", 25, ["They flew home.", "The U.S. Army did."]),
    "a country at the end": ("It is in the U.S. The others are not.", 22, ["It is in the U.S.", "The others are not."]),
    "list": ("1. Wash it all. 2. Dry it all. 3. Go.", 20, ["1. Wash it all.", "2. Dry it all.", "3. Go."]),
    "list without full stops": (
        "1. Wash it all\n2. Dry it all\n3. Go",
        16,
        ["1. Wash it all", "2. Dry it all", "3. Go"],
    ),
    "an ordinal": ("Am 3. Oktober ist frei, denn so ist es.", 28, ["Am 3. Oktober ist frei,", "denn so ist es."]),
    "bullets": ("• Wash it all • Dry it all • Go", 16, ["• Wash it all", "• Dry it all", "• Go"]),
    "ellipsis": ("Well… yes... no.", 8, ["Well…", "yes...", "no."]),
    "an ellipsis that goes on": ("Wait... for it now. Go on now.", 20, ["Wait... for it now.", "Go on now."]),
    "a heading": ("The first heading\n\nIts text goes on", 30, ["The first heading", "Its text goes on"]),
    "CJK": ("你好。世界！再见", 4, ["你好。", "世界！", "再见"]),
    "CJK quotes": ("「你好。」他说。", 6, ["「你好。」", "他说。"]),
    "CJK clauses": ("我们去吃饭，他们去看海。", 8, ["我们去吃饭，", "他们去看海。"]),
    "Arabic": ("أين البيت؟ هنا، قال الرجل.", 17, ["أين البيت؟", "هنا، قال الرجل."]),
    "Urdu": ("یہ گھر ہے۔ وہ باغ ہے۔", 12, ["یہ گھر ہے۔", "وہ باغ ہے۔"]),
    "Hindi": ("यह घर है। वह बाग है।", 12, ["यह घर है।", "वह बाग है।"]),
    "Hindi marks stay": ("क्षत्रिय", 4, ["क्ष", "त्रि", "य"]),
    "Burmese": ("ဒါအိမ်ပါ။ဟိုဟာကျောင်းပါ။", 16, ["ဒါအိမ်ပါ။", "ဟိုဟာကျောင်းပါ။"]),
    "Khmer": ("នេះជាផ្ទះ។ នោះជាសាលា។", 12, ["នេះជាផ្ទះ។", "នោះជាសាលា។"]),
    "Thai": ("กี่เก้าที่นี่", 8, ["กี่เก้า", "ที่นี่"]),
    "emoji stay": ("👩‍👩‍👧👩‍👩‍👧", 6, ["👩‍👩‍👧", "👩‍👩‍👧"]),
    "French marks": ("Tu viens demain ? Oui ! Je viens.", 24, ["Tu viens demain ?", "Oui ! Je viens."]),
}


@pytest.mark.parametrize(("text", "limit", "expected"), SPLIT.values(), ids=SPLIT)
def test_splits_where_one_would_breathe(text: str, limit: int, expected: list[str]) -> None:
    """Sentences stay whole if they fit, what belongs together stays together, and chunks are alike."""
    assert chunks_of(text, limit) == expected


TAILS = {
    "a tail that fits": (["A sentence of some forty letters in all.", "Hi."], 50, [2]),
    "a tail goes with fewer": (["a" * 40 + ".", "b" * 40 + ".", "Hi."], 84, [1, 2]),
    "a tail takes a clause": (["An opening clause of it, and then the rest of it all.", "Hi."], 55, [0, 2]),
    "alike": (["a" * 20 + "."] * 6, 90, [3, 3]),
    "whole sentences before fewer chunks": (["a" * 60 + " " + "b" * 20 + "."] * 4, 120, [1, 1, 1, 1]),
}


@pytest.mark.parametrize(("sentences", "limit", "counts"), TAILS.values(), ids=TAILS)
def test_chunks_are_balanced(sentences: list[str], limit: int, counts: list[int]) -> None:
    """As few chunks as whole sentences need, and no tiny one if there is a way."""
    chunks = chunks_of(" ".join(sentences), limit)
    assert [chunk.count(".") for chunk in chunks] == counts
    assert min(map(len, chunks)) > 3


def test_what_is_said_is_measured() -> None:
    """The limit holds for what is said, and what is shown stays with it."""
    pieces = [
        Piece("It", "It"),
        Piece("cost", "cost", 3),
        Piece("$45.", "forty-five dollars.", 8),
        Piece("Oh!", "Oh!", 13),
    ]
    chunks = split_pieces(pieces, 28)
    assert [said_text(chunk) for chunk in chunks] == ["It cost forty-five dollars.", "Oh!"]
    assert [shown_text(chunk) for chunk in chunks] == ["It cost $45.", "Oh!"]


def test_a_long_reading_is_parted_between_its_words() -> None:
    """Its first part shows the piece, the others go on behind it and show nothing."""
    chunks = split_pieces([Piece("1,234", "one thousand two hundred thirty-four", 7)], 24)
    assert chunks == [
        (Piece("1,234", "one thousand", 7),),
        (Piece("", "two hundred thirty-four", 12),),
    ]


def test_what_is_not_said_stays_with_its_neighbours() -> None:
    """An emoji belongs to what is before it, an opening bracket to what is behind it; alone they are one chunk."""
    party, opening = Piece("🎉", "", 10), Piece("[", "", 12)
    before, after = Piece("Finished!", "Finished!"), Piece("Next.", "Next.", 14)
    assert split_pieces([before, party, opening, after], 9) == [(before, party), (opening, after)]
    assert split_pieces([party, before], 9) == [(party, before)]
    assert split_pieces([party, opening], 9) == [(party, opening)]


HOSTILE = {
    "full stops": "." * 20_000,
    "full stops apart": ". " * 10_000,
    "marks": "!?" * 10_000,
    "marks and quotes": ".'" * 10_000,
    "brackets": "." + ")" * 20_000,
    "opening brackets apart": "( " * 10_000,
    "newlines": "\n" * 20_000 + "x",
    "newlines and spaces": "\n \t" * 7_000 + "x",
    "spaces": "x" + " " * 20_000,
    "CJK": "好" * 20_000,
    "CJK marks": "。" * 20_000,
    "clause marks": ",;" * 10_000,
    "initials": "A. " * 6_666,
    "initials in one": "A." * 10_000,
    "words": "a " * 10_000,
    "one word": "x" * 20_000,
    "accents": "a" + "\u0301" * 20_000,
    "joiners": "\u200d" * 20_000,
    "flags": "🇺🇳" * 10_000,
}


@pytest.mark.parametrize("limit", [60, 150, 400])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_takes_no_text_long_to_split(text: str, limit: int) -> None:
    """The longest accepted text of one sort takes a fraction of a second."""
    pieces = plain_pieces(text)
    started = time.process_time()
    split_pieces(pieces, limit, SIZES["bytes"])
    assert time.process_time() - started < 1
