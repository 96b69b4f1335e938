"""Characters that a model does not know, written in ones that it knows."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.text.folding import fold

_ASCII = frozenset(map(chr, range(32, 127)))


def _folded(said: str) -> str:
    """A text for a model that knows ASCII alone."""
    return fold(said, {character for character in said if character not in _ASCII})


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("café, naïve", "cafe, naive"),
        ("ﬁne ﬂow", "fine flow"),
        ("ＡＢＣ１２３", "ABC123"),
        ("wait… what", "wait... what"),
        ("“it’s” ‘so’", "\"it's\" 'so'"),
        ("1990–1995", "1990-1995"),
        ("a—b", "a - b"),
        ("Straße, Łódź, Ærø", "Strasse, Lodz, Aero"),
        ("co\u00adop\u200berate", "cooperate"),
        ("a☃b", "a b"),
        ("e\u0301t", "et"),
        ("你好 you", "you"),
        ("plain text", "plain text"),
    ],
    ids=[
        *("accents", "ligatures", "full width", "ellipsis", "quotes", "dash", "long dash", "letters", "invisible"),
        *("what parts words", "combining mark", "no fold", "nothing unknown"),
    ],
)
def test_what_is_unknown_is_folded(said: str, known: str) -> None:
    """Each unknown character becomes its nearest known form; what has none goes, and leaves its words apart."""
    assert _folded(said) == known


def test_what_is_known_stays() -> None:
    """Only what is unknown is folded, and only to what is known."""
    assert fold("é ü", {"ü"}) == "é u"
    assert fold("é", {"é", "e"}) == ""
    assert fold("a—b", {"—", "-"}) == "a b"


@given(st.text(), st.sets(st.characters()))
def test_nothing_unknown_is_left(said: str, unknown: set[str]) -> None:
    """Whatever is unknown, none of it is left but spaces, and a known text is not touched."""
    folded = fold(said, unknown - {" "})
    assert not set(folded) & (unknown - {" "})
    if not set(said) & (unknown - {" "}):
        assert folded == said


@given(st.text(alphabet="ab—…☃é", min_size=1))
def test_no_words_are_glued(said: str) -> None:
    """What stands between two letters and is no letter or mark of one leaves them apart."""
    folded = _folded(said)
    letters = [character for character in unicodedata.normalize("NFD", folded) if character.isalpha()]
    assert len(letters) == sum(character.isalpha() for character in said)
    assert ("a☃b" not in said) or "a b" in folded
