"""What is said for what people write."""

import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_cases import CASES

from f5tts_worker.text.normalise import normalise, respell
from f5tts_worker.text.pieces import Piece, said_text
from f5tts_worker.text.words import word_spans

_SNIPPETS = [
    *("$45", "1/2", "-5", "10-20", "3:30pm", "May 6, 2024", "a@b.com", "#aB", "@x_y", "U.S.A.", "Dr. ", "VIII", "St."),
    *("😀", "&amp;", "\u200d", "**", "_", "`", "\u0301", "\u202e", "\x00", "\x1f", "\u2028", "\u00ad", "½", "—", "–"),
    *(
        "你好",
        "「",
        "。",
        "שלום",
        "10\u00a0000",
        "²",
        "°C",
        "\ue000",
        "http://",
        "[a](http://b)",
        "- ",
        "\n",
        "<b>",
        "''",
    ),
]
_TEXTS = st.text() | st.lists(st.sampled_from(_SNIPPETS) | st.text(max_size=4)).map("".join)
_LANGUAGES = st.sampled_from([None, "en", "en-gb", "de", "zh"])


def said(text: str, language: str | None = "en") -> str:
    """What is said for a text, as one line."""
    return said_text(normalise(text, language))


def _cases() -> Iterator[tuple[str, str, str]]:
    for kind, cases in CASES.items():
        for written, spoken in cases:
            yield kind, written, spoken


@pytest.mark.parametrize(
    ("written", "spoken"), [case[1:] for case in _cases()], ids=[f"{kind}: {written}" for kind, written, _ in _cases()]
)
def test_english_is_said_as_people_say_it(written: str, spoken: str) -> None:
    """Each kind of what people write has its words."""
    assert said(written) == spoken


@pytest.mark.parametrize("spoken", sorted({spoken for _, _, spoken in _cases()}))
def test_what_is_said_stays(spoken: str) -> None:
    """A text that is written as it is said is said as it is written."""
    assert said(spoken) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "I am, and it's what we are: aren't we?",
        "Let us go in. May I? Will may march on with Mark.",
        "No. That is wrong. He sat. The Sun. Alone.",
        "Plan B. Then we left. Vitamin C. It helps.",
        "Elizabeth I think so, and Henry I know.",
        'She said, "I\'m fine" (really); he laughed!',
        "A state-of-the-art, rock-and-roll T-shirt.",
        "The iPhone, eBay and McDonald's on YouTube.",
        "Wait... what? Oh no!",
        "He left at noon: in, out, gone.",
        "An A in art, an X on a map, and Malcolm X.",
    ],
)
def test_ordinary_text_is_said_as_it_is_written(text: str) -> None:
    """A sentence of words stays as it is."""
    assert said(text) == text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Fixed (#12) in v2.", "Fixed (number twelve) in version two."),
        ("The U.S. GDP grew 2.1% in Q3.", "The U S G D P grew two point one percent in Q three."),
        ("I love the U.S. It is big.", "I love the U S. It is big."),
        ("The WHO says: who knows?", "The W H O says: who knows?"),
        ("She said HEY BOB to the FBI AND CIA.", "She said hey bob to the F B I and C I A."),
        ("LET US GO. US policy.", "let us go. U S policy."),
        ("J.K. Rowling and John F. Kennedy", "J K Rowling and John F Kennedy"),
        ('a 27" monitor, a 60W bulb', "a twenty-seven inch monitor, a sixty watt bulb"),
        ("x^2 + 3x = 10", "x squared plus three x equals ten"),
        ("3/4 tsp. of salt", "three quarters teaspoon of salt"),
        ("4K TV, 4K followers, a 401(k)", "four K T V, four thousand followers, a four oh one K"),
        ("John 3:16-18, 1 Corinthians 13:4", "John three sixteen to eighteen, First Corinthians thirteen four"),
        ("mid-1990s, 90s kids, for 30s", "mid-nineteen nineties, nineties kids, for thirty seconds"),
        ("Washington, DC 20500", "Washington, D C two zero five zero zero"),
        ("40.7128° N", "forty point seven one two eight degrees north"),
        ("I paid €3,50 and £2m.", "I paid three euros and fifty cents and two million pounds."),
        ("2024-05-06T15:30:05Z", "May sixth, twenty twenty-four at fifteen thirty and five seconds U T C"),
        ("wait …then — go", "wait ...then, go"),
        ("𝗕𝗼𝗹𝗱 ５ ﬁsh", "Bold five fish"),
        ("12345678901234567", "one two three four five six seven eight nine zero one two three four five six seven"),
    ],
)
def test_things_people_paste(written: str, spoken: str) -> None:
    """What is ambiguous is read by what stands beside it."""
    assert said(written) == spoken


@pytest.mark.parametrize(
    ("written", "american", "british"),
    [
        ("3/4/2024", "March fourth, twenty twenty-four", "the third of April, twenty twenty-four"),
        ("13/4/2024", "April thirteenth, twenty twenty-four", "the thirteenth of April, twenty twenty-four"),
        ("4/13/2024", "April thirteenth, twenty twenty-four", "the thirteenth of April, twenty twenty-four"),
    ],
    ids=["either", "day first", "month first"],
)
def test_the_british_day_comes_first(written: str, american: str, british: str) -> None:
    """Of 3/4/2024 the month is March in the United States and April in Britain, where both can be."""
    assert said(written, "en") == said(written, "en-US") == american
    assert said(written, "en-gb") == british


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It costs $45 now.", ["It", "costs", "$45", "now."]),
        ("On May 6, 2024 we met.", ["On", "May 6, 2024", "we", "met."]),
        ("Fine 😀, you", ["Fine 😀,", "you"]),
        ("So — what?", ["So —", "what?"]),
        ("AT&amp;T pays", ["AT&amp;T", "pays"]),
        ("**Bold** text", ["**Bold**", "text"]),
        ("有5个", ["有", "5", "个"]),
        ("My Day\n- Milk\n- Eggs", ["My", "Day", "-", "Milk", "-", "Eggs"]),
    ],
    ids=["money", "date", "emoji before a mark", "dash", "entity", "emphasis", "Chinese", "lines"],
)
def test_captions_show_what_is_written(text: str, shown: list[str]) -> None:
    """A piece is as short as what is said for it allows, and shows the caller's own characters."""
    assert [one.shown for one in normalise(text)] == shown


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("5 cats", None, "five cats"),
        ("5 cats", "EN_us", "five cats"),
        ("5", None, "five"),
        ("我有5只猫", None, "我有五只猫"),
        ("5 Katzen", "de", "fünf Katzen"),
        ("Dr. 😀 x", "tlh", "Dr. x"),
    ],
    ids=["guessed", "tag in capitals", "no letters", "script", "German", "unknown language"],
)
def test_each_language_has_its_own_words(text: str, language: str | None, spoken: str) -> None:
    """Without a language the script tells it; what no rule knows is said as it is written, but for emoji."""
    assert said(text, language) == spoken


@pytest.mark.parametrize(
    ("text", "lexicon", "spoken"),
    [
        ("Ask Nguyen's cat.", {"Nguyen": "win"}, "Ask win's cat."),
        ("kubernetes, KUBERNETES", {"Kubernetes": "koober netes"}, "koober netes, koober netes"),
        ("US, not us", {"US": "America"}, "America, not us"),
        ("SQLite is no SQL", {"SQL": "sequel"}, "SQLite is no sequel"),
        ("New\nYork is new", {"New York": "the city"}, "the city is new"),
        ("costs $5", {"$5": "a fiver"}, "costs a fiver"),
        ("我爱重庆", {"重庆": "chong qing"}, "我爱chong qing"),
        ("hush now", {"hush": ""}, "now"),
    ],
    ids=["possessive", "any case", "capitals", "whole words", "two words", "signs", "Chinese", "nothing"],
)
def test_the_lexicon_has_the_first_word(text: str, lexicon: dict[str, str], spoken: str) -> None:
    """The caller's respellings come before every rule, as whole words, with and without the rules."""
    assert said_text(normalise(text, "en", lexicon)) == spoken
    assert said_text(respell(text, lexicon)).split() == spoken.split()


def test_respelling_alone_changes_nothing_else() -> None:
    """Without rules a text is said as it is written."""
    assert said_text(respell("**$45** — &amp; 5pm", {"5pm": "tea time"})) == "**$45** — &amp; tea time"


def _is_whole(text: str, pieces: list[Piece]) -> bool:
    """Whether pieces hold a text's words once and in order, each between the edges of words."""
    starts = {start for start, _ in word_spans(text)}
    ends = {end for _, end in word_spans(text)}
    at_edges = all(one.start in starts and one.start + len(one.shown) in ends for one in pieces)
    in_place = all(text[one.start : one.start + len(one.shown)] == one.shown for one in pieces)
    rising = all(one.start < after.start for one, after in pairwise(pieces))
    everything = "".join("".join(one.shown.split()) for one in pieces) == "".join(text.split())
    return at_edges and in_place and rising and everything


@settings(max_examples=300, deadline=None)
@given(_TEXTS, _LANGUAGES)
def test_captions_lose_nothing(text: str, language: str | None) -> None:
    """Whatever the text, the pieces show each of its words once and in order."""
    assert _is_whole(text, normalise(text, language))


@settings(max_examples=200, deadline=None)
@given(_TEXTS, _LANGUAGES)
def test_what_is_said_is_one_clean_line(text: str, language: str | None) -> None:
    """No control character and no two spaces are said, whatever the text."""
    for one in normalise(text, language):
        assert one.said == " ".join(one.said.split())
        assert not any(unicodedata.category(character) == "Cc" for character in one.said)


@settings(max_examples=200, deadline=None)
@given(_TEXTS, st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_any_lexicon_keeps_the_captions(text: str, lexicon: dict[str, str]) -> None:
    """A lexicon of anything at all changes only what is said."""
    assert _is_whole(text, normalise(text, "en", lexicon))
    assert _is_whole(text, respell(text, lexicon))


def _seconds(text: str) -> float:
    started = time.process_time()
    normalise(text, "en")
    return time.process_time() - started


@pytest.mark.parametrize(
    "part",
    [
        *("1", "1 ", "1/", "1,", "1.", "1:1", "1-", "1x", "1+", "1 000 ", "$1 ", "£1-", "-", "a-", "A-", "A1-", "5 km"),
        *(
            "@",
            "a@",
            "a.",
            "a.b-",
            "#a",
            "#",
            "&",
            "&#",
            "http://",
            "www.",
            "a_b",
            "_",
            "*",
            "**a",
            "`",
            "[",
            "[a",
            "<b ",
        ),
        *("I", "I ", "II-", "A.", "A. ", "CD", "Dr. ", "Jan. ", "May ", "e.g.", "USD ", "on 1/1 ", "5 p.m. ", "+1 ("),
        *("😀", "\u0301", "\u200b", "!", "'", '"', "...", "—", "\n", "\n- ", " ", "°", "x ", "3' ", "AEIOU", "a"),
    ],
)
def test_no_text_takes_long(part: str) -> None:
    """20,000 characters of any sort take no more than two seconds: no pattern goes back over what it has read."""
    assert _seconds((part * 20_000)[:20_000]) < 2


def test_prose_is_read_in_a_moment() -> None:
    """20,000 characters of prose take less than half a second."""
    prose = "On May 6, 2024, Dr. Smith paid $45 for 3 lbs of tea at 5:30 p.m., and the FBI's CEO said: it's good! "
    normalise(prose, "en")
    assert min(_seconds((prose * 200)[:20_000]) for _ in range(3)) < 0.5


def test_number_words_are_loaded_when_they_are_needed() -> None:
    """Importing the rules of every language does not import num2words, which takes a quarter of a second."""
    code = "import sys, f5tts_worker.text.normalise; print('num2words' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"
