"""Our tokenizer against the package's convert_char_to_pinyin."""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tiny_f5 import VOCAB

from f5tts_worker.engines.upstream import _package
from f5tts_worker.f5.duration import Pace, ending_sentence
from f5tts_worker.f5.tokenizer import UNKNOWN, Tokenizer, VocabularyError, split_tokens

HARD_TEXTS = [
    "",
    " ",
    "a",
    "Plain words, nothing else.",
    "It's the dog's; don't 'quote' me!",
    'He said "stop", then "go".',
    "“Curly” and ‘single’ quotes’ end",
    "A/B and and/or, either/or/neither",
    "1, 22, 333 and 4,444.55",
    "3.14159 is 100% of pi & more",
    "v2.0.1-beta+build_7 #42 @home",
    "user@example.com, https://example.com/a?b=c&d=e",
    "wait... what?! no!!! -- yes",
    "wait… what⋯ no",
    "em—dash, en–dash, hy-phen, under_score",
    "((nested) [brackets] {braces} <tags>)",
    "$5 or €5 or £5 or ¥5",
    "tabs\tand\t\ttwo",
    "lines\nand\r\nreturns\r",
    "  two  spaces   three  ",
    "ends with a space ",
    "CAPS lower CamelCase snake_case",
    "naïve café, Zürich, Ærø, żółć",
    "Ελληνικά и русский",
    "שלום عليكم",
    "emoji 😀 and 👩‍👩‍👧 and ❤️!",
    "½ of 10² is 5×10¹",
    "non\u00a0breaking\u2009and zero\u200bwidth",
    "今天天气很好。",
    "你好，世界！一二三四五",
    "我们银行行长说：“不行。”",
    "重要的重复，长大了的长度，还有音乐和快乐",
    "中文English混合mixed文本text",
    "他买了3个apple和2.5kg的rice",
    "iPhone手机，A/B测试，C++语言",
    "全角ＡＢＣ１２３，。！？；：",
    "《书名》「引号」、顿号…… ——破折号",
    "东西 和 南北 有 空格",
    "ㄅㄆㄇ〇々",
    "𠀀𠮷 and 龘",
    "你;我;他; a;b; c",
    "カタカナとひらがな",
    "こんにちは世界、人々",
    "한국어와 हिन्दी",
    "㐀㐁 ２０２４年 ⅡⅢ",
    "no reading: 㐂㐃 \u9ffe\u9fff",
]
WRITTEN = st.characters(min_codepoint=0, max_codepoint=127)
CHINESE = st.sampled_from(
    "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生行长重乐好，。！？；：“”、"
)


def upstream_tokens(text: str) -> list[str]:
    """The package's tokens; skips the example where the package itself crashes."""
    try:
        return list(_package("utils").convert_char_to_pinyin([text])[0])
    except (IndexError, TypeError):
        assume(False)
        raise


@pytest.mark.parametrize("text", HARD_TEXTS, ids=repr)
def test_tokens_are_the_packages(text: str) -> None:
    """A hard text has the package's tokens, every one."""
    assert split_tokens(text) == _package("utils").convert_char_to_pinyin([text])[0]


@settings(max_examples=300, deadline=None)
@given(st.text(WRITTEN, max_size=60))
def test_any_ascii_has_the_packages_tokens(text: str) -> None:
    """Letters, digits, symbols and control characters in any order."""
    assert split_tokens(text) == upstream_tokens(text)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abzAZ  .,!?:'\"'-"), max_size=40))
def test_words_without_a_segmenter_have_the_packages_tokens(text: str) -> None:
    """Words, quotes and punctuation, where the segmenter is stepped over: the same tokens as with it."""
    assert split_tokens(text) == upstream_tokens(text)


@settings(max_examples=300, deadline=None)
@given(st.text(CHINESE | WRITTEN, max_size=40))
def test_any_chinese_and_ascii_has_the_packages_tokens(text: str) -> None:
    """Chinese, ASCII and punctuation of both in any order."""
    assert split_tokens(text) == upstream_tokens(text)


@settings(max_examples=300, deadline=None)
@given(st.text(CHINESE | WRITTEN, min_size=1, max_size=20), st.text(CHINESE | WRITTEN, min_size=1, max_size=20))
def test_reference_and_chunk_apart_are_what_they_are_together(reference: str, chunk: str) -> None:
    """A reference's tokens, kept, and a chunk's after them are the package's tokens of both in one."""
    assume(reference.strip() and chunk.strip())
    before = Pace(48_000, ending_sentence(reference)).spoken_text()
    kept = split_tokens(before)
    assert kept + split_tokens(chunk.strip(), after=kept[-1]) == upstream_tokens(before + chunk.strip())


def test_ids_are_the_packages() -> None:
    """Every token of the published vocabulary has the package's number, and any other is the space's."""
    assert VOCAB
    tokenizer = Tokenizer.load(VOCAB)
    numbers, size = _package("utils").get_tokenizer(str(VOCAB), "custom")
    assert len(tokenizer) == size
    assert tokenizer.ids(list(numbers)) == list(numbers.values())
    assert tokenizer.ids(["no such token"]) == [UNKNOWN]


def test_unknown_tokens_are_named_once() -> None:
    """What the vocabulary lacks, in order and without repetition."""
    assert VOCAB
    tokenizer = Tokenizer.load(VOCAB)
    assert tokenizer.unknown(tokenizer.split("a😀b🚀c😀")) == ["😀", "🚀"]


@pytest.mark.parametrize("written", [b"a\n \n", b"", b"\xff\xfe\n"], ids=["no space first", "empty", "not UTF-8"])
def test_a_wrong_vocabulary_is_refused(tmp_path: Path, written: bytes) -> None:
    """A file whose first line is no space, or that is no text, is a VocabularyError."""
    path = tmp_path / "vocab.txt"
    path.write_bytes(written)
    with pytest.raises(VocabularyError):
        Tokenizer.load(path)
