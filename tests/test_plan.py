"""What of a text is said in one go, by whom, how fast, and with which pause behind it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.audio import SAMPLE_RATE, Audio
from f5tts_worker.engines import Line, Measure, SpeechOptions
from f5tts_worker.engines.preview import PreviewEngine
from f5tts_worker.errors import InvalidInput
from f5tts_worker.plan import Manner, Plan, make_plan, plan_hash
from f5tts_worker.reference import Reference
from f5tts_worker.text.dialogue import parse_dialogue
from f5tts_worker.text.pieces import shown_text
from f5tts_worker.text.script import parse_script
from f5tts_worker.text.words import split_words

LIMIT, CHARS_PER_S = 60, 10


def reference(name: str, text: str = "Some people.") -> Reference:
    """A voice's recording."""
    return Reference(Audio(np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE), text, name)


CAST: dict[str | None, Reference | None] = {name: reference(name or "main") for name in (None, "ann", "bob")}


@dataclass
class MeasuredEngine(PreviewEngine):
    """Says LIMIT characters in one go at speed 1, and does not know all of them."""

    missing: str = ""
    measured: list[tuple[str, float]] = field(default_factory=list)

    def measure(self, reference: Reference | None, speed: float) -> Measure:
        """See Engine."""
        assert reference
        self.measured.append((reference.key, speed))
        return Measure(len, round(LIMIT * speed), lambda text: len(text) / CHARS_PER_S / speed)

    def unknown(self, text: str) -> list[str]:
        """See Engine."""
        return [character for character in self.missing if character in text]

    def doubts(self, text: str, language: str | None, speeds: Collection[float]) -> list[str]:
        """See Engine."""
        return []


def plan_of(text: str, engine: MeasuredEngine | None = None, **manner: Any) -> Plan:
    """The plan of a text with tags."""
    return make_plan(parse_script(text, 500), CAST, Manner(**manner), engine or MeasuredEngine(), "text")


def shown(plan: Plan) -> list[str]:
    """The words that captions show."""
    return [word for chunk in plan.chunks for piece in chunk.pieces for word in piece.shown_words]


LONG = "A sentence of some length is here. And then another one, which is longer than that, follows. " * 5


def test_a_long_text_is_said_in_several_goes() -> None:
    """No chunk is over the voice's limit, and together they say all of it."""
    plan = plan_of(LONG)
    assert len(plan.chunks) >= len(LONG) / LIMIT
    assert all(len(chunk.said) <= LIMIT for chunk in plan.chunks)
    assert " ".join(chunk.said for chunk in plan.chunks) == " ".join(LONG.split())
    assert [line.text for line in plan.lines(7)] == [chunk.said for chunk in plan.chunks]


def test_each_line_has_its_own_seed() -> None:
    """The first has the job's; what is not spoken has none."""
    plan = plan_of(f"{LONG}[pause 1s]😀[pause 1s]The end.")
    lines = plan.lines(7)
    assert [line.seed for line in lines] == list(range(7, 7 + len(lines)))
    assert len(lines) == len(plan.chunks) - 1
    assert [line.text for line in lines][-1] == "The end."


def test_numbers_are_said_and_shown() -> None:
    """An engine gets the words, captions the figures, and each piece knows its place in the caller's text."""
    text = "[pause 1s]It costs $45 today.  [speed:2]Or [/speed] 100 tomorrow."
    plan = plan_of(text)
    assert [chunk.said for chunk in plan.chunks] == [
        *("It costs forty-five dollars today.", "Or", "one hundred tomorrow.")
    ]
    assert [shown_text(chunk.pieces) for chunk in plan.chunks] == ["It costs $45 today.", "Or", "100 tomorrow."]
    for piece in (piece for chunk in plan.chunks for piece in chunk.pieces):
        assert text[piece.start :].startswith(piece.shown)


def test_figures_can_be_left_to_the_model() -> None:
    """Without normalize a text goes as it is, but for the lexicon."""
    plan = plan_of("It costs $45, says SQL.", normalize=False, lexicon={"SQL": "sequel"})
    assert plan.chunks[0].said == "It costs $45, says sequel."
    assert shown(plan) == ["It", "costs", "$45,", "says", "SQL."]


@pytest.mark.parametrize("pause", ["[pause 1s]", " [pause 1s] ", "[pause 400ms]\n\n[pause 600ms]"])
def test_a_pause_is_behind_the_last_chunk_of_its_turn(pause: str) -> None:
    """Chunks that only the limit parts have none between them."""
    plan = plan_of(f"{LONG}{pause}{LONG}")
    pauses = [chunk.pause_ms for chunk in plan.chunks]
    assert sorted(pauses)[-2:] == [0, 1_000]
    assert " ".join(shown(plan)[: sum(len(chunk.pieces) for chunk in plan.chunks[: pauses.index(1_000) + 1])]) == (
        LONG.strip()
    )
    assert plan.pause_ms == 0


def test_pauses_at_both_ends() -> None:
    """A pause before the first word and one behind the last are the plan's and the last chunk's."""
    plan = plan_of("[pause 2s]One.\n\nTwo.[pause 300ms]")
    assert plan.pause_ms == 2_000
    assert [(chunk.said, chunk.pause_ms) for chunk in plan.chunks] == [("One.", 500), ("Two.", 300)]
    assert plan.seconds == pytest.approx(2.0 + 0.4 + 0.5 + 0.4 + 0.3)


def test_what_cannot_be_said_keeps_its_place_and_its_pause() -> None:
    """An emoji alone is a chunk that no engine gets."""
    plan = plan_of("One.[pause 1s]😀[pause 2s]Two.")
    assert [(chunk.said, chunk.pause_ms, chunk.seconds > 0) for chunk in plan.chunks] == [
        ("One.", 1_000, True),
        ("", 2_000, False),
        ("Two.", 0, True),
    ]
    assert [chunk.said for chunk in plan.spoken] == ["One.", "Two."]
    assert "".join(shown(plan)) == "One.😀Two."


def test_a_text_without_tags_has_no_speakers() -> None:
    """One voice needs no name."""
    plan = plan_of("One. Two.", narrator="carl")
    assert [(chunk.voice, chunk.speaker) for chunk in plan.chunks] == [(None, None)]


def test_voices_and_speeds_are_those_of_the_tags() -> None:
    """Each chunk has its voice's recording and name, and its own speed before the request's."""
    text = "Well. [voice:ann]Hello, [speed:2]you[/speed].[/voice] [voice:bob]Hi.[/voice]"
    plan = plan_of(text, narrator="carl", speed=1.5)
    assert [(chunk.said, chunk.voice, chunk.speaker, chunk.speed) for chunk in plan.spoken] == [
        ("Well.", None, "carl", 1.5),
        ("Hello,", "ann", "ann", 1.5),
        ("you.", "ann", "ann", 2.0),
        ("Hi.", "bob", "bob", 1.5),
    ]
    assert [line.reference for line in plan.lines(0)] == [CAST[None], CAST["ann"], CAST["ann"], CAST["bob"]]
    assert shown(plan) == ["Well.", "Hello,", "you.", "Hi."]


def test_a_main_voice_without_a_name_is_the_narrator() -> None:
    """Captions of several voices call each by a name."""
    assert [chunk.speaker for chunk in plan_of("Well. [voice:ann]Hello.[/voice]").chunks] == ["narrator", "ann"]


def test_dialogue() -> None:
    """Its lines are turns with pauses between them; places are those in each line's own text."""
    entries = [{"voice": "ann", "text": "Two for $5?"}, {"voice": "bob", "text": "Yes.", "speed": 2}]
    plan = make_plan(parse_dialogue(entries, 700), CAST, Manner(), MeasuredEngine(), "dialogue")
    assert [(chunk.said, chunk.speaker, chunk.speed, chunk.pause_ms) for chunk in plan.chunks] == [
        ("Two for five dollars?", "ann", 1.0, 700),
        ("Yes.", "bob", 2.0, 0),
    ]
    assert [piece.start for chunk in plan.chunks for piece in chunk.pieces] == [0, 4, 8, 0]


def test_a_voice_is_measured_once_a_speed() -> None:
    """How much a voice can say depends on both."""
    engine = MeasuredEngine()
    plan = plan_of(f"{LONG}[voice:ann]{LONG}[/voice][speed:2]{LONG}[/speed]{LONG}", engine)
    assert sorted(engine.measured) == [("ann", 1.0), ("main", 1.0), ("main", 2.0)]
    assert max(len(chunk.said) for chunk in plan.chunks if chunk.speed == 2) > LIMIT
    for chunk in plan.chunks:
        assert len(chunk.said) <= LIMIT * chunk.speed
        assert chunk.seconds == pytest.approx(len(chunk.said) / CHARS_PER_S / chunk.speed)


class TestUnknown:
    """Characters that the model does not know."""

    def test_they_are_read_as_others_or_left_out(self) -> None:
        """What looks alike is said in its place, the rest not at all; captions keep all of it, and a warning tells."""
        plan = plan_of("Zażółć ⲁⲃ now.", MeasuredEngine(missing="żłⲁⲃ"), language="pl")
        assert plan.chunks[0].said == "Zazólć now."
        assert shown(plan) == ["Zażółć", "ⲁⲃ", "now."]
        assert plan.warnings == [
            "the model does not know these characters and reads them as others: ł as l, ż as z",
            "the model does not know these characters and leaves them out: ⲁⲃ",
        ]

    def test_those_that_are_known_stay(self) -> None:
        """Nothing is folded for a model that can read it."""
        plan = plan_of("Zażółć now.", language="pl")
        assert (plan.chunks[0].said, plan.warnings) == ("Zażółć now.", [])

    @pytest.mark.parametrize("text", ["😀😀", "...", "☃ — !", "ⲁⲃ ⲁ"])
    def test_a_text_of_nothing_else_is_refused(self, text: str) -> None:
        """The error names the field that the text came in."""
        with pytest.raises(InvalidInput, match=r"^text: nothing in it can be spoken; send words, not only symbols"):
            plan_of(text, MeasuredEngine(missing="ⲁⲃ"))
        entries = [{"voice": "ann", "text": text}]
        with pytest.raises(InvalidInput, match=r"^dialogue: nothing in it can be spoken"):
            make_plan(parse_dialogue(entries, 0), CAST, Manner(), MeasuredEngine(missing="ⲁⲃ"), "dialogue")

    def test_warnings_are_not_endless(self) -> None:
        """Forty characters are named, however many there are."""
        many = "".join(map(chr, range(0x2C80, 0x2CE0)))
        (warning,) = plan_of(f"Hello {many}.", MeasuredEngine(missing=many)).warnings
        assert warning.endswith(many[:40])


LINES = [Line("One.", reference("ann"), 1.0, 7), Line("Two.", reference("ann"), 1.0, 8)]
CHANGED: dict[str, tuple[list[Line], SpeechOptions, str]] = {
    "text": ([LINES[0], replace(LINES[1], text="Three.")], SpeechOptions(), "f5 tiny"),
    "order": (LINES[::-1], SpeechOptions(), "f5 tiny"),
    "fewer": (LINES[:1], SpeechOptions(), "f5 tiny"),
    "speed": ([replace(line, speed=1.1) for line in LINES], SpeechOptions(), "f5 tiny"),
    "seed": ([replace(line, seed=line.seed + 1) for line in LINES], SpeechOptions(), "f5 tiny"),
    "voice": ([LINES[0], replace(LINES[1], reference=reference("bob"))], SpeechOptions(), "f5 tiny"),
    "its text": ([LINES[0], replace(LINES[1], reference=reference("ann", "Others."))], SpeechOptions(), "f5 tiny"),
    "no voice": ([LINES[0], replace(LINES[1], reference=None)], SpeechOptions(), "f5 tiny"),
    "steps": (LINES, SpeechOptions(nfe_step=7), "f5 tiny"),
    "language": (LINES, SpeechOptions(language="de"), "f5 tiny"),
    "engine": (LINES, SpeechOptions(), "upstream tiny"),
}


@pytest.mark.parametrize(("lines", "options", "engine"), CHANGED.values(), ids=CHANGED)
def test_whatever_changes_the_samples_changes_the_hash(lines: list[Line], options: SpeechOptions, engine: str) -> None:
    """Takes of one plan are never taken for those of another."""
    same = plan_hash([replace(line, reference=reference("ann")) for line in LINES], SpeechOptions(), "f5 tiny")
    assert plan_hash(LINES, SpeechOptions(), "f5 tiny") == same
    assert plan_hash(lines, options, engine) != same


WORDS = st.sampled_from(
    ["Hello", "world.", "$45", "3.14", "e.g.", "“Yes!”", "你好。世界", "—", "😀", "re-do", "10%", "word" * 30, "1/2,"]
)
GAPS = st.sampled_from([" ", " ", "\n", "\n\n", "[pause 1s]", " [pause 20ms] ", " [speed:2]and[/speed] "])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=30), st.booleans())
def test_any_text_is_planned_whole(parts: list[tuple[str, str]], normalize: bool) -> None:
    """Every word is shown once and in order, and no chunk is over the limit of its voice."""
    text = "Well " + "".join(word + gap for word, gap in parts)
    script = parse_script(text, 500)
    plan = make_plan(script, CAST, Manner(normalize=normalize), MeasuredEngine(), "text")
    assert "".join(shown(plan)) == "".join(split_words(script.text))
    assert all(len(chunk.said) <= LIMIT * chunk.speed for chunk in plan.chunks)
    assert all(any(map(str.isalnum, chunk.said)) for chunk in plan.spoken)
    turns = [turn.pause_ms for turn in script.turns if turn.pause_ms]
    assert [chunk.pause_ms for chunk in plan.chunks if chunk.pause_ms] == turns
    starts = [piece.start for chunk in plan.chunks for piece in chunk.pieces]
    assert starts == sorted(starts)
