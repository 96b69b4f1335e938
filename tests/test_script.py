"""Tags in a text, lines of a dialogue and words of a lexicon."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from f5tts_worker.errors import InvalidInput
from f5tts_worker.text.dialogue import parse_dialogue
from f5tts_worker.text.lexicon import parse_lexicon
from f5tts_worker.text.script import Script, Turn, parse_script
from f5tts_worker.text.tags import Source, find_tags

PARAGRAPH_MS = 500

# text -> silence before it, and what is said with the silence behind it
PAUSES: dict[str, tuple[str, int, list[tuple[str, int]]]] = {
    "none": ("One. Two.", 0, [("One. Two.", 0)]),
    "seconds": ("One. [pause 1.5s] Two.", 0, [("One.", 1500), ("Two.", 0)]),
    "milliseconds": ("One. [pause:800ms] Two.", 0, [("One.", 800), ("Two.", 0)]),
    "equals": ("One. [pause=2s] Two.", 0, [("One.", 2000), ("Two.", 0)]),
    "bare number": ("One. [pause 2] Two.", 0, [("One.", 2000), ("Two.", 0)]),
    "no leading zero": ("One. [pause .5] Two.", 0, [("One.", 500), ("Two.", 0)]),
    "capitals and blanks": ("One. [ PAUSE : 1 S ] Two.", 0, [("One.", 1000), ("Two.", 0)]),
    "wide colon": ("One. [pause：1s] Two.", 0, [("One.", 1000), ("Two.", 0)]),
    "longest": ("One. [pause 30s] Two.", 0, [("One.", 30_000), ("Two.", 0)]),
    "break": ('One. <break time="500ms"/> Two.', 0, [("One.", 500), ("Two.", 0)]),
    "break, single quotes": ("One. <break time='500ms' /> Two.", 0, [("One.", 500), ("Two.", 0)]),
    "break, typographic quotes": ("One. <break time=”500ms”/> Two.", 0, [("One.", 500), ("Two.", 0)]),
    "break, no slash": ('One. <BREAK time = "1.5s"> Two.', 0, [("One.", 1500), ("Two.", 0)]),
    "break, closed": ('One. <break time="1.5s"></break> Two.', 0, [("One.", 1500), ("Two.", 0)]),
    "beside each other": ('One. [pause 1s] <break time="1s"/> Two.', 0, [("One.", 2000), ("Two.", 0)]),
    "at both ends": ("[pause 1s] One. [pause 2s]", 1000, [("One.", 2000)]),
    "inside a word": ("Hel[pause 1s]lo.", 0, [("Hel", 1000), ("lo.", 0)]),
    "paragraph": ("One.\n\nTwo.", 0, [("One.", 500), ("Two.", 0)]),
    "paragraph with blanks": ("One. \n \t\n Two.", 0, [("One.", 500), ("Two.", 0)]),
    "paragraph, Windows": ("One.\r\n\r\nTwo.", 0, [("One.", 500), ("Two.", 0)]),
    "several blank lines": ("One.\n\n\n\nTwo.", 0, [("One.", 500), ("Two.", 0)]),
    "paragraphs at the ends": ("\n\nOne.\n\n", 0, [("One.", 0)]),
    "line": ("One.\nTwo.", 0, [("One.\nTwo.", 0)]),
    "pause behind a paragraph": ("One.\n\n[pause 2s] Two.", 0, [("One.", 2000), ("Two.", 0)]),
    "pause before a paragraph": ("One. [pause 2s]\n\nTwo.", 0, [("One.", 2000), ("Two.", 0)]),
    "no pause at a paragraph": ("One.\n\n[pause 0]\n\nTwo.", 0, [("One.", 0), ("Two.", 0)]),
    "paragraph at a tag": ("One.\n\n[speed:2]Two.[/speed]", 0, [("One.", 500), ("Two.", 0)]),
    "tag on a line of its own": ("One.\n[speed:2]\nTwo.[/speed]", 0, [("One.", 0), ("Two.", 0)]),
}

# text -> what is said, by which voice, at which speed
MANNERS: dict[str, tuple[str, list[tuple[str, str | None, float | None]]]] = {
    "voice": ("A [voice:Bob]b[/voice] c", [("A", None, None), ("b", "Bob", None), ("c", None, None)]),
    "voice with .wav": ("[voice:Bob.wav]b[/voice]", [("b", "Bob", None)]),
    "lenient": ("[ Voice = Zoë 2 ]b[ / VOICE ]", [("b", "Zoë 2", None)]),
    "colon in a name": ("[voice:a: b]b[/voice]", [("b", "a: b", None)]),
    "speed": ("A [speed:0.9]b[/speed] c", [("A", None, None), ("b", None, 0.9), ("c", None, None)]),
    "speed in a voice": (
        "[voice:Bob]a [speed:2]b[/speed] c[/voice]",
        [("a", "Bob", None), ("b", "Bob", 2.0), ("c", "Bob", None)],
    ),
    "inner speed": (
        "[speed:2]a [speed:0.5]b[/speed] c[/speed]",
        [("a", None, 2.0), ("b", None, 0.5), ("c", None, 2.0)],
    ),
    "inner voice": ("[voice:A]a[voice:B]b[/voice]c[/voice]", [("a", "A", None), ("b", "B", None), ("c", "A", None)]),
    "over a paragraph": ("[voice:A]a\n\nb[/voice]", [("a", "A", None), ("b", "A", None)]),
    "nothing inside": ("a [voice:A][/voice] b", [("a", None, None), ("b", None, None)]),
}

PLAIN = {
    "number": "See [1] and [2, 3].",
    "sic": "He recieved [sic] it.",
    "sound": "Well [laughs] yes.",
    "sound of several words": "[applause and cheering] Thanks.",
    "note": "As said [see note 3].",
    "note with a colon": "Then [note: he left] nothing.",
    "Chinese note": "他说[注:他走了]再见。",
    "time": "[00:15] Hello [1:02:03.5] there.",
    "chapter": "[Verse 1] La [Intro: guitar].",
    "verse of a book": "[John 3:16]",
    "words near a name": "[vice president] [cause unknown] [voices overlapping] [pauses] [bread]",
    "words with a name": "[voice-over] [Pause, laughter] [commercial break] [speech]",
    "footnote and boxes": "[^1] [ ] [x] []",
    "slices": "list[a:b] of std[std::vector]",
    "path": "[C:\\Users] and [/usr/bin]",
    "address": "[https://example.com]",
    "mail": "Bob [mailto:bob@mail.com]",
    "Markdown link": "[link](http://x) and [RFC:793](https://x.org) and [Voice](#voice)",
    "open bracket": "an [open bracket, a [ and a pause [of sorts",
    "heart": "I <3 you </3",
    "comparison": "a < b > c and x<y and z>w and 1<2",
    "arrows": "<- <= <> -> << >>",
    "angle address": "<https://example.com> <www.example.com>",
    "angle mail": "<bob@mail.com> <mailto:bob@mail.com>",
    "chat": "<@user> <#channel> <:smile:123>",
    "placeholder of words": "Hello <your name>",
    "entities": "&lt;b&gt; &#91;pause 1s&#93;",
}

# text -> where the tag is, and what the error says of it
REFUSED: dict[str, tuple[str, int, list[str]]] = {
    "unknown": (
        "Hi [emotion:happy]",
        3,
        ["unknown tag '[emotion:happy]'", "tags are [pause 1.5s]", "&#91;", "column 4"],
    ),
    "unknown, equals": ("Hi [emotion=happy]", 3, ["unknown tag '[emotion=happy]'"]),
    "unknown with blanks": ("Hi [style:very calm]", 3, ["unknown tag '[style:very calm]'"]),
    "unknown end": ("Hi[/whisper]", 2, ["unknown tag '[/whisper]'"]),
    "unknown on a second line": ("Hi\nyou [mood:sad]", 7, ["line 2, column 5", "unknown tag"]),
    "letters swapped": ("Hi [puase 1s]", 3, ["unknown tag", "did you mean [pause 1.5s]?"]),
    "letter wrong": ("Hi [pauze]", 3, ["unknown tag", "did you mean [pause 1.5s]?"]),
    "letter too many": ("Hi [Paause: 1s]", 3, ["unknown tag", "did you mean [pause 1.5s]?"]),
    "word with a duration": ("Hi [pauses 2s]", 3, ["unknown tag", "did you mean [pause 1.5s]?"]),
    "near voice": ("[vocie:Bob]Hi", 0, ["unknown tag", "did you mean [voice:NAME]...[/voice]?"]),
    "another name for it": ("[wait:1s]Hi", 0, ["unknown tag", "did you mean [pause 1.5s]?"]),
    "break in square brackets": ("Hi [break 1s]", 3, ["unknown tag", 'did you mean <break time="500ms"/>?']),
    "end of a pause": ("Hi [pause 1s][/pause]", 13, ["unknown tag '[/pause]'"]),
    "markup": ("Hi <b>you</b>", 3, ["unknown tag '<b>'", "write &lt; in place of <"]),
    "markup's end": ("Hi </speak>", 3, ["unknown tag '</speak>'; tags are"]),
    "empty markup": ("Hi<br/>you", 2, ["unknown tag '<br/>'"]),
    "markup with values": (
        'Hi <prosody rate="slow">',
        3,
        ["unknown tag '<prosody rate=\"slow\">'", "did you mean [speed:0.9]"],
    ),
    "markup with a colon": ("Hi <amazon:effect name='whispered'>", 3, ["unknown tag"]),
    "markup without quotes": ("Hi <font color=red>", 3, ["unknown tag"]),
    "markup left open": ('Hi <prosody rate="slow" you', 3, ["unknown tag"]),
    "comment": ("Hi <!-- you -->", 3, ["unknown tag"]),
    "declaration": ('<?xml version="1.0"?>Hi', 0, ["unknown tag"]),
    "voice in angles": ("Hi <voice Bob>", 3, ["unknown tag", "did you mean [voice:NAME]"]),
    "pause without a value": (
        "Hi [pause]",
        3,
        ["'[pause]' is not accepted", "a pause from 0 to 30 s", "[pause 800ms]"],
    ),
    "pause in words": ("Hi [pause soon]", 3, ["'[pause soon]' is not accepted"]),
    "pause too long": ("Hi [pause 31s]", 3, ["from 0 to 30 s"]),
    "pause below nothing": ("Hi [pause -1s]", 3, ["from 0 to 30 s"]),
    "pause in minutes": ("Hi [pause 1m]", 3, ["from 0 to 30 s"]),
    "pauses too long together": ("Hi " + "[pause 30s]" * 21, 223, ["longer than the 600 s"]),
    "pause left open": ("Hi [pause 1s you", 3, ["has no ]"]),
    "pause over two lines": ("Hi [pause\n1s] you", 3, ["has no ]"]),
    "break without a time": (
        "Hi <break/>",
        3,
        ["'<break/>' is not accepted", "send a pause from 0 to 30 s, such as <break"],
    ),
    "break by strength": ('Hi <break strength="weak"/>', 3, ["is not accepted"]),
    "break too long": ('Hi <break time="1m"/>', 3, ["is not accepted"]),
    "break left open": ('Hi <break time="1s" you', 3, ["unknown tag"]),
    "speed too high": ("[speed:9]Hi[/speed]", 0, ["'[speed:9]' is not accepted", "from 0.3 to 3"]),
    "speed in words": ("[speed:fast]Hi[/speed]", 0, ["from 0.3 to 3"]),
    "speed without a colon": ("[speed 0.9]Hi[/speed]", 0, ["send [speed:0.9]"]),
    "voice without a name": ("[voice:]Hi[/voice]", 0, ["'[voice:]' is not accepted", "no slash"]),
    "voice without a colon": ("[Voice Bob]Hi[/voice]", 0, ["send [voice:NAME]"]),
    "voice outside": ("[voice:../x]Hi[/voice]", 0, ["'[voice:../x]' is not accepted", "no slash"]),
    "voice left open": ("[voice:Bob Hi", 0, ["has no ]"]),
    "end with a value": ("[voice:A]Hi[/voice A]", 11, ["send [/voice]"]),
    "end of nothing": ("Hi[/voice]", 2, ["[/voice] closes nothing"]),
    "not closed": ("Hi [voice:Bob]you", 3, ["'[voice:Bob]' is not closed", "[/voice]"]),
    "crossing": ("[voice:A][speed:2]Hi[/voice][/speed]", 20, ["would cross '[speed:2]'", "put [/speed] before it"]),
}

HOSTILE = (
    "[",
    "<",
    "]",
    "[pause 1s]",
    "[pause 0]a",
    "\n\n",
    "a\n\n",
    "\n ",
    " ",
    "[ ",
    "[/",
    "[a:",
    "[pause",
    "[pause ",
)
HOSTILE += (
    '<a b="',
    "<a b=",
    "<a ",
    "< ",
    "<break",
    "<break time=",
    "</break>",
    "[speed:1]",
    "[speed:1]a[/speed]",
    "a b=",
)


def _pauses(script: Script) -> list[tuple[str, int]]:
    return [(turn.text, turn.pause_ms) for turn in script.turns]


def _refused(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        parse_script(text, PARAGRAPH_MS)
    return caught.value


@pytest.mark.parametrize(("text", "before", "turns"), PAUSES.values(), ids=PAUSES)
def test_silence_is_where_it_was_asked_for(text: str, before: int, turns: list[tuple[str, int]]) -> None:
    """Pauses add up and replace a paragraph's; none is added at the ends."""
    script = parse_script(text, PARAGRAPH_MS)
    assert (script.pause_ms, _pauses(script)) == (before, turns)


@pytest.mark.parametrize(("text", "turns"), MANNERS.values(), ids=MANNERS)
def test_voices_and_speeds_hold_between_their_tags(
    text: str, turns: list[tuple[str, str | None, float | None]]
) -> None:
    """What is said inside has the innermost voice and speed; a script with a voice has several."""
    script = parse_script(text, PARAGRAPH_MS)
    assert [(turn.text, turn.voice, turn.speed) for turn in script.turns] == turns
    assert script.several is any(voice for _, voice, _ in turns)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_a_bracket_that_is_no_tag_is_text(text: str) -> None:
    """What people write in brackets stays as it is."""
    assert parse_script(text, PARAGRAPH_MS) == Script((Turn(text, 0),))


@pytest.mark.parametrize(("text", "position", "says"), REFUSED.values(), ids=REFUSED)
def test_a_tag_that_is_not_understood_is_an_error(text: str, position: int, says: list[str]) -> None:
    """The error says where it is and what is accepted; nothing of it is spoken or swallowed."""
    error = _refused(text)
    assert error.details["position"] == position
    assert error.message.startswith("text: line ")
    assert [part for part in says if part not in error.message] == []


@pytest.mark.parametrize("text", ["", " \n\n ", "[pause 1s]", "[voice:A] [/voice]"])
def test_a_text_without_words_is_an_error(text: str) -> None:
    """Only pauses are no speech."""
    assert "nothing in it to say" in _refused(text).message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One.\n \nTwo. \n Three", "One.\n \nTwo. \n Three"),
        ("One. [pause 1s] Two.", "One. Two."),
        ("One.[pause 1s]Two, [voice:A]you[/voice].", "One. Two, you."),
        ("你好[pause 1s]世界", "你好世界"),
        ("One.\n[voice:A]\nTwo.[/voice]", "One.\nTwo."),
        (" [pause 1s] One. ", "One."),
    ],
    ids=["no tags", "pause", "only a tag between", "Chinese", "lines", "ends"],
)
def test_captions_show_the_text_without_its_tags(text: str, shown: str) -> None:
    """White space is as it was written, and where a tag alone stood there is a space, but before marks."""
    assert parse_script(text, PARAGRAPH_MS).text == shown


SNIPPETS = [
    "[pause 1s]",
    '<break time="1s"/>',
    "[voice:A]",
    "[/voice]",
    "[speed:2]",
    "[/speed]",
    "\n\n",
    " ",
    "[a:b]",
    "<b>",
]


@given(
    st.one_of(
        st.text(), st.lists(st.one_of(st.sampled_from([*SNIPPETS, *"[]<>/:= "]), st.text(max_size=3))).map("".join)
    )
)
@example("a \n\n[pause 1s] \r\n\r\n b")
def test_nothing_is_lost_or_made_up(text: str) -> None:
    """Any text is refused, or its turns are slices of it in order that hold all but tags and white space."""
    try:
        script = parse_script(text, PARAGRAPH_MS)
    except InvalidInput:
        return
    spans = [(turn.start, turn.start + len(turn.text)) for turn in script.turns]
    assert [text[start:end] for start, end in spans] == [turn.text for turn in script.turns]
    tags = [(tag.start, tag.end) for tag in find_tags(Source(text, "text"))]
    covered = sorted([*spans, *tags])
    rest = "".join(
        text[left:right]
        for left, right in zip(
            [0, *(end for _, end in covered)], [*(start for start, _ in covered), len(text)], strict=True
        )
    )
    assert not rest.strip()
    assert all(turn.text.strip() == turn.text != "" for turn in script.turns)
    assert "".join(script.text.split()) == "".join("".join(turn.text.split()) for turn in script.turns)


@pytest.mark.parametrize("part", HOSTILE)
@pytest.mark.parametrize("wrap", ["{}", "a{}", "[{}", "<{}", "[pause {}", "{}>"])
def test_any_text_is_read_in_linear_time(part: str, wrap: str) -> None:
    """20,000 characters of what is hard to read take less than a second."""
    text = wrap.replace("{}", (part * 20_000)[:20_000])
    begun = time.process_time()
    try:
        parse_script(text, PARAGRAPH_MS)
    except InvalidInput as e:
        assert len(e.message) < 1_100
    assert time.process_time() - begun < 1


def test_a_dialogue_is_a_script() -> None:
    """Each line has its voice, its speed and its silence; tags inside a line hold there."""
    lines = [
        {"voice": "Bob.wav", "text": "[pause 1s]One. [voice:Zoë]Two.[/voice]", "speed": "1.5", "pause_after_ms": "200"},
        {"voice": "Ann", "text": 45, "speed": None, "pause_after_ms": ""},
        {"voice": "Bob", "text": "Three.\n\n[speed:2]Four.[/speed] [pause 2s]"},
        {"voice": "Ann", "text": " Five.", "pause_after_ms": 300.0},
    ]
    script = parse_dialogue(lines, PARAGRAPH_MS)
    assert script == Script(
        (
            Turn("One.", 10, "Bob", 1.5),
            Turn("Two.", 26, "Zoë", 1.5, 200),
            Turn("45", 0, "Ann", None, 500, gap="\n"),
            Turn("Three.", 0, "Bob", None, 500, gap="\n"),
            Turn("Four.", 17, "Bob", 2.0, 2000, gap="\n\n"),
            Turn("Five.", 1, "Ann", None, 300, gap="\n"),
        ),
        pause_ms=1000,
    )
    assert script.text == "One. Two.\n45\nThree.\n\nFour.\nFive."
    assert parse_dialogue(json.dumps(lines), PARAGRAPH_MS) == script


def test_silence_at_the_edge_of_a_line_adds_up() -> None:
    """Pauses that were asked for on both sides count, and nothing follows the last line."""
    lines = [{"voice": "a", "text": "One.[pause 1s]", "pause_after_ms": 50}, {"voice": "b", "text": "[pause 2s]Two."}]
    assert _pauses(parse_dialogue(lines, PARAGRAPH_MS)) == [("One.", 3050), ("Two.", 0)]


LINE = {"voice": "Bob", "text": "Hi."}

BAD_DIALOGUES: dict[str, tuple[Any, str, str]] = {
    "none": ([], "dialogue", "0 entries are not accepted; send a list of 1 to 500"),
    "too many": ([LINE] * 501, "dialogue", "501 entries are not accepted"),
    "object": (LINE, "dialogue", "an object is not accepted"),
    "no JSON": ("Bob: Hi.", "dialogue", "is no JSON"),
    "JSON too deep": ("[" * 100_000, "dialogue", "is no JSON"),
    "entry": ([LINE, "Hi."], "dialogue[1]", "'Hi.' is not accepted; send an object of voice, text"),
    "unknown field": ([{**LINE, "voise": "x"}], "dialogue[0]", "unknown field 'voise'; did you mean voice?"),
    "far field": ([{**LINE, "emotion": "x"}], "dialogue[0]", "accepted are voice, text, speed, pause_after_ms"),
    "empty field name": ([{**LINE, "": "x"}], "dialogue[0]", "unknown field ''"),
    "voice missing": ([LINE, {"text": "Hi."}], "dialogue[1].voice", "missing; send a voice's name"),
    "voice outside": ([{**LINE, "voice": "../x"}], "dialogue[0].voice", "'../x' is not accepted"),
    "text blank": ([{**LINE, "text": " "}], "dialogue[0].text", "missing; send what the voice says"),
    "text true": ([{**LINE, "text": True}], "dialogue[0].text", "True is not accepted"),
    "text of half a character": ([{**LINE, "text": "\ud83d"}], "dialogue[0].text", "is not accepted"),
    "text a list": ([{**LINE, "text": []}], "dialogue[0].text", "a list is not accepted"),
    "only a pause": ([{**LINE, "text": "[pause 1s]"}], "dialogue[0].text", "nothing in it to say"),
    "tag in it": ([LINE, {**LINE, "text": "Hi [mood:sad]"}], "dialogue[1].text", "column 4: unknown tag"),
    "tag over two": ([{**LINE, "text": "[speed:2]a"}, {**LINE, "text": "b[/speed]"}], "dialogue[0].text", "not closed"),
    "speed": ([{**LINE, "speed": "9"}], "dialogue[0].speed", "'9' is not accepted; send a number from 0.3 to 3"),
    "speed nan": ([{**LINE, "speed": "nan"}], "dialogue[0].speed", "is not accepted"),
    "speed true": ([{**LINE, "speed": True}], "dialogue[0].speed", "True is not accepted"),
    "pause of half": (
        [{**LINE, "pause_after_ms": 0.5}],
        "dialogue[0].pause_after_ms",
        "a whole number from 0 to 30000",
    ),
    "pause infinite": ([{**LINE, "pause_after_ms": "inf"}], "dialogue[0].pause_after_ms", "is not accepted"),
    "pause huge": ([{**LINE, "pause_after_ms": 10**400}], "dialogue[0].pause_after_ms", "is not accepted"),
    "pauses together": (
        [{**LINE, "pause_after_ms": 30_000}] * 21,
        "dialogue[20].pause_after_ms",
        "longer than the 600 s",
    ),
}


@pytest.mark.parametrize(("sent", "field", "says"), BAD_DIALOGUES.values(), ids=BAD_DIALOGUES)
def test_a_line_that_is_not_understood_is_an_error(sent: Any, field: str, says: str) -> None:
    """The error names the line and the part of it."""
    with pytest.raises(InvalidInput, match=re.escape(says)) as caught:
        parse_dialogue(sent, PARAGRAPH_MS)
    assert caught.value.details["field"] == field


@pytest.mark.parametrize(
    "sent", [{" SQL": "sequel ", "4x4": 44}, '{"SQL": "sequel", "4x4": 44}'], ids=["object", "JSON"]
)
def test_a_lexicon_is_words_and_how_to_say_them(sent: Any) -> None:
    """Blanks around words are dropped, and numbers are text."""
    assert parse_lexicon(sent) == {"SQL": "sequel", "4x4": "44"}


BAD_LEXICONS: dict[str, tuple[Any, str]] = {
    "too many": ({f"w{i}": "x" for i in range(201)}, "201 words are not accepted"),
    "list": (["SQL"], "a list is not accepted"),
    "number": (5, "5 is not accepted"),
    "no JSON": ("SQL=sequel", "is no JSON"),
    "blank word": ({" ": "x"}, "the word ' ' is not accepted"),
    "long word": ({"x" * 61: "x"}, "words up to 60 characters"),
    "blank respelling": ({"SQL": ""}, "what is said for 'SQL' is not accepted"),
    "long respelling": ({"SQL": "x" * 201}, "up to 200"),
    "no respelling": ({"SQL": None}, "what is said for 'SQL' is not accepted: None"),
    "half a character": ({"SQL": "\ud83d"}, "what is said for 'SQL'"),
    "half a character in a word": ({"\ud83d": "x"}, "the word '\\ud83d'"),
    "twice": ({"SQL": "a", "SQL ": "b"}, "the word 'SQL' is there twice"),
}


@pytest.mark.parametrize(("sent", "says"), BAD_LEXICONS.values(), ids=BAD_LEXICONS)
def test_a_lexicon_that_is_not_understood_is_an_error(sent: Any, says: str) -> None:
    """The error names the word, and what is accepted."""
    with pytest.raises(InvalidInput, match=re.escape(says)) as caught:
        parse_lexicon(sent)
    assert caught.value.details["field"] == "lexicon"
