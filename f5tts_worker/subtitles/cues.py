"""Cues: what is on the screen at one time, and how words are grouped into them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, groupby, pairwise

from ..text.breaks import AFTER_SENTENCE, ANYWHERE, cheapest_ends
from ..text.words import join_words
from ..words import Word
from .breaks import LONG_PAUSE_MS, Ruler, break_lines, timed_break_cost
from .options import CaptionOptions
from .screen import chars_that_fit, line_columns
from .units import Unit, make_units, spread_units

READABLE_CHARS_PER_S = 20  # the most that broadcasters ask of adults
BLINK_MS = 200  # a shorter gap between two cues would only flicker: it is closed

POP_WORDS, POP_CHARS, POP_MS = 3, 18, 1_500


@dataclass(frozen=True)
class Cue:
    """What is on the screen from one time to another."""

    start_ms: int
    end_ms: int
    lines: tuple[tuple[Word, ...], ...]

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """Its words in order."""
        return tuple(word for line in self.lines for word in line)

    @property
    def text(self) -> str:
        """Its lines as they are read."""
        return "\n".join(join_words([word.text for word in line]) for line in self.lines)

    @property
    def speaker(self) -> str | None:
        """Who speaks it, where a text has several voices: all of a cue is one speaker's."""
        return self.words[0].speaker


def make_cues(words: list[Word], options: CaptionOptions, audio_ms: int) -> list[Cue]:
    """Group the words into cues: every word once, in order; no cue is empty, over the next or past the audio."""
    units = make_units(words, audio_ms) or spread_units(words, audio_ms)
    max_chars = options.max_chars_per_line
    if options.style == "karaoke":  # made for the screen: its lines have to be as narrow
        max_chars = min(max_chars, chars_that_fit(options.look))
    turns = [[*turn] for _, turn in groupby(units, key=lambda unit: unit.speaker)]
    groups = [
        turn[start:end]
        for turn, until_ms in _with_next_start(turns, audio_ms)
        for start, end in pairwise([0, *_ends(turn, max_chars, options, until_ms)])
    ]
    return [_cue(group, until_ms, max_chars, options) for group, until_ms in _with_next_start(groups, audio_ms)]


def _with_next_start(groups: list[list[Unit]], audio_ms: int) -> list[tuple[list[Unit], int]]:
    """Each group with the time at which the next one begins, or the audio ends."""
    return [*zip(groups, [*(group[0].start_ms for group in groups[1:]), audio_ms], strict=False)]


def _ends(units: list[Unit], max_chars: int, options: CaptionOptions, until_ms: int) -> list[int]:
    """Where the cues of one speaker's units end."""
    match options.style:
        case "words":
            return [*range(1, len(units) + 1)]
        case "pop":
            return _pop_ends(units)
        case "lines" | "karaoke":
            return _readable_ends(units, max_chars, options, until_ms)


def _cue(units: list[Unit], next_ms: int, max_chars: int, options: CaptionOptions) -> Cue:
    """The cue of these units; it stays in the silence behind it for as long as it takes to read."""
    words = _words(units)
    lines = break_lines(words, max_chars) if options.style in ("lines", "karaoke") else (words,)
    start_ms, spoken_ms = units[0].start_ms, units[-1].end_ms
    latest_ms = max(spoken_ms, min(next_ms, start_ms + round(options.max_cue_s * 1000)))
    end_ms = min(latest_ms, max(spoken_ms, start_ms + _reading_ms(_columns(words))))
    return Cue(start_ms, latest_ms if latest_ms - end_ms < BLINK_MS else end_ms, lines)


def _pop_ends(units: list[Unit]) -> list[int]:
    """Where cues of one to three words end: two or three where they are short, none over a comma or a pause."""

    breaks = [*(_break_cost(*pair) for pair in pairwise(units)), AFTER_SENTENCE]

    def cost(start: int, end: int) -> float | None:
        leaning = 0.3 * breaks[end - 1]
        if end - start == 1:
            return 2.0 + leaning
        group = units[start:end]
        chars = _columns(_words(group))
        too_long = end - start > POP_WORDS or chars > POP_CHARS or group[-1].end_ms - group[0].start_ms > POP_MS
        return None if too_long or breaks[end - 2] < ANYWHERE else 1.0 + (chars / POP_CHARS) ** 2 + leaning

    return cheapest_ends(len(units), cost)


def _readable_ends(units: list[Unit], max_chars: int, options: CaptionOptions, until_ms: int) -> list[int]:
    """Where cues of whole lines end: after sentences and pauses, none too long, too fast or with one word alone."""
    limit_ms = round(options.max_cue_s * 1000)
    words = _words(units)
    ruler = Ruler([word.text for word in words])
    reach = ruler.reach(max_chars, options.max_lines)
    first = [*accumulate((len(unit.words) for unit in units), initial=0)]  # word of each unit
    breaks = [*(_break_cost(*pair) for pair in pairwise(units)), AFTER_SENTENCE]
    inside = [0.0, *accumulate((_going_on_cost(*pair) for pair in pairwise(units)), initial=0.0)]
    starts_ms = [*(unit.start_ms for unit in units), until_ms]

    def cost(start: int, end: int) -> float | None:
        length_ms = units[end - 1].end_ms - starts_ms[start]
        if end - start > 1 and (first[end] > reach[first[start]] or length_ms > limit_ms):
            return None
        chars = ruler.width(first[start], first[end])
        free_ms = max(length_ms, min(starts_ms[end] - starts_ms[start], limit_ms))
        hurry = max(0.0, _reading_ms(chars) / free_ms - 1)
        emptiness = max(0.0, 1 - chars / (max_chars * options.max_lines))
        begins = start == 0 or breaks[start - 1] == AFTER_SENTENCE
        orphan = end - start == 1 and not (begins and breaks[end - 1] == AFTER_SENTENCE)
        return (
            2.0
            + breaks[end - 1]
            + inside[end]
            - inside[start + 1]
            + 3 * hurry
            + 2 * emptiness**2
            + (6 if orphan else 0)
        )

    return cheapest_ends(len(units), cost)


def _going_on_cost(unit: Unit, following: Unit) -> float:
    """The cost of no break between two units."""
    if following.start_ms - unit.end_ms >= LONG_PAUSE_MS:
        return 8.0
    return 3.0 if _break_cost(unit, following) == AFTER_SENTENCE else 0.0


def _break_cost(unit: Unit, following: Unit) -> float:
    gap_ms = following.start_ms - unit.end_ms
    return timed_break_cost(unit.words[-1].text, following.words[0].text, gap_ms)


def _reading_ms(chars: int) -> int:
    return chars * 1000 // READABLE_CHARS_PER_S


def _words(units: list[Unit]) -> tuple[Word, ...]:
    return tuple(word for unit in units for word in unit.words)


def _columns(words: tuple[Word, ...]) -> int:
    return line_columns([word.text for word in words])
