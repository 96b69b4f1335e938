"""The caller's text as words."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.text.words import join_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It costs $45.", ["It", "costs", "$45."]),
        ("O'Neil's state-of-the-art", ["O'Neil's", "state-of-the-art"]),
        ("tabs\tand\nnew\r\nlines\u00a0too\u3000here", ["tabs", "and", "new", "lines", "too", "here"]),
        ("Wow 😀 👩‍👩‍👧 !", ["Wow", "😀", "👩‍👩‍👧", "!"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("我喜欢iPhone手机，真的！", ["我", "喜", "欢", "iPhone", "手", "机，", "真", "的！"]),
        ("「こんにちは」と言った。", ["「こ", "ん", "に", "ち", "は」", "と", "言", "っ", "た。"]),
        ("が\u3099く", ["が\u3099", "く"]),
        ("안녕하세요 여러분", ["안녕하세요", "여러분"]),
        ("你 好", ["你", "好"]),
        ("…", ["…"]),
        ("  ", []),
    ],
    ids=[
        *(
            "dollars",
            "apostrophe and hyphens",
            "white space",
            "emoji",
            "right to left",
            "Chinese with Latin",
            "Japanese",
        ),
        *("combining mark", "Korean", "Chinese with a space", "punctuation alone", "nothing"),
    ],
)
def test_words_are_the_callers(text: str, words: list[str]) -> None:
    """White space separates words; Chinese and Japanese characters are words, with the marks that they carry."""
    assert split_words(text) == words


@given(st.text())
def test_nothing_is_left_out(text: str) -> None:
    """The words hold every character but white space, in order, and none is empty."""
    words = split_words(text)
    assert "".join(words) == "".join(text.split())
    assert "" not in words


@given(st.text(alphabet="ab 你好，。「」😀\u3099'"))
def test_a_line_splits_into_its_words(text: str) -> None:
    """Words that are joined and split again are the same words."""
    words = split_words(unicodedata.normalize("NFC", text))
    assert "".join(split_words(join_words(words))) == "".join(words)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["One", "two."], "One two."),
        (["手", "机，", "真", "的！"], "手机，真的！"),
        (["用", "iPhone", "拍"], "用iPhone拍"),
        (["😀", "😀"], "😀 😀"),
    ],
    ids=["Latin", "Chinese", "mixed", "emoji"],
)
def test_lines_have_the_spaces_of_their_script(words: list[str], line: str) -> None:
    """Latin words are spaced, Chinese ones are not."""
    assert join_words(words) == line


def test_long_runs_of_marks_take_no_time() -> None:
    """A text of marks is split in the time that its length takes, not its square: 200,000 characters in a moment."""
    marks = "!" * 200_000
    assert split_words(f"{marks}a中{marks} b") == [f"{marks}a", f"中{marks}", "b"]
