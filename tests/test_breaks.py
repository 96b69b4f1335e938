"""Breaks: how well a text can be parted between two words, and the cheapest way through it."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from f5tts_worker.text.breaks import (
    AFTER_CLAUSE,
    AFTER_SENTENCE,
    AFTER_SHORT,
    ANYWHERE,
    NEVER,
    break_cost,
    cheapest_ends,
    cheapest_places,
    ends_sentence,
)

COSTS = {
    "a sentence": ("It rained.", "Then it stopped.", AFTER_SENTENCE),
    "a question": ("Why?", "Because.", AFTER_SENTENCE),
    "a quoted sentence": ("“No!”", "Then", AFTER_SENTENCE),
    "a sentence in brackets": ("(It rained.)", "Then", AFTER_SENTENCE),
    "an emoji behind it": ("Done! 🎉", "Next", AFTER_SENTENCE),
    "no capitals": ("it rained.", "then it stopped.", AFTER_CLAUSE),
    "a quote that goes on": ("“Why?”", "he asked.", AFTER_CLAUSE),
    "an ellipsis that goes on": ("Well…", "perhaps", AFTER_CLAUSE),
    "a comma": ("rain,", "Peter", AFTER_CLAUSE),
    "a comma behind an exclamation": ("Yahoo!,", "Google", AFTER_CLAUSE),
    "a dash": ("rain –", "and", AFTER_CLAUSE),
    "two hyphens": ("rain --", "and", AFTER_CLAUSE),
    "words": ("heavy", "rain", ANYWHERE),
    "a short word": ("the", "rain", AFTER_SHORT),
    "a title": ("Dr.", "Smith", NEVER),
    "a title before initials": ("Dr.", "J.R. Smith", NEVER),
    "a saint": ("at St.", "Mary's", NEVER),
    "a street": ("on Main St.", "The shop", AFTER_SENTENCE),
    "initials": ("J. R.", "R. Tolkien", NEVER),
    "an initial that could be a word": ("J.", "A. Smith", NEVER),
    "an initial in Cyrillic": ("А.", "Пушкин", NEVER),
    "I am no initial": ("So am I.", "Bob too.", AFTER_SENTENCE),
    "letters that end it": ("plan B.", "The others", AFTER_SENTENCE),
    "for example": ("e.g.", "Paris", NEVER),
    "in German": ("z.B.", "Paris", NEVER),
    "a country": ("U.S.", "Army", NEVER),
    "a country that ends it": ("in the U.S.", "It was", AFTER_SENTENCE),
    "a time": ("at 5 p.m.", "Then", AFTER_SENTENCE),
    "a number": ("No.", "5", NEVER),
    "an answer": ("No.", "Never.", AFTER_SENTENCE),
    "a month": ("Jan.", "5", NEVER),
    "and so on": ("etc.", "and more", NEVER),
    "and so on ends it": ("etc.", "Then", AFTER_SENTENCE),
    "no space was written": ("ended.Then.", "Paris", AFTER_SENTENCE),
    "a mark apart": ("Quoi", "? Rien", NEVER),
    "a quote apart closes": ("bonjour", "» dit-il", NEVER),
    "a quote apart opens": ("dit «", "bonjour", NEVER),
    "a dash apart": ("rain", "– and", NEVER),
    "a dash opens an answer": ("Rain?", "– No.", AFTER_SENTENCE),
    "a bullet": ("•", "Milk", NEVER),
    "before a bullet": ("Milk", "• Eggs", AFTER_CLAUSE),
    "kinsoku": ("き", "ゃ", NEVER),
}


@pytest.mark.parametrize(("before", "after", "cost"), COSTS.values(), ids=COSTS)
def test_a_break_costs_what_it_disturbs(before: str, after: str, cost: float) -> None:
    """Nothing between sentences, little between clauses, most inside what belongs together."""
    assert break_cost(before, after) == cost


@pytest.mark.parametrize("mark", "。！？．｡۔؟।॥။។։።", ids=lambda mark: f"U+{ord(mark):04X}")
def test_sentences_of_other_scripts_end(mark: str) -> None:
    """A sentence ends with its script's own mark, quotes behind it or not."""
    assert ends_sentence(f"x{mark}")
    assert ends_sentence(f"x{mark}」")
    assert break_cost(f"x{mark}", "X") == AFTER_SENTENCE


@pytest.mark.parametrize("mark", "،؛、，；၊՝፣", ids=lambda mark: f"U+{ord(mark):04X}")
def test_clauses_of_other_scripts_end(mark: str) -> None:
    """A clause ends with its script's own mark, and a sentence does not."""
    assert not ends_sentence(f"x{mark}")
    assert break_cost(f"x{mark}", "X") == AFTER_CLAUSE


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(1, 20))
def test_no_division_is_cheaper(widths: list[int], limit: int) -> None:
    """Of all divisions into stretches within a limit, squares of what is left free are least in the one found."""

    def cost(start: int, end: int) -> float | None:
        width = sum(widths[start:end])
        return None if width > limit and end - start > 1 else float((limit - width) ** 2)

    def total(ends: list[int]) -> float:
        costs = [cost(start, end) for start, end in pairwise([0, *ends])]
        return sum(price if price is not None else float("inf") for price in costs)

    count = len(widths)
    divisions = [[*inner, count] for size in range(count) for inner in combinations(range(1, count), size)]
    assert total(cheapest_ends(count, cost)) == min(map(total, divisions))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), min_size=1, max_size=40), st.integers(0, 20))
def test_the_cheapest_places_are_kept(things: list[tuple[int, int]], grain: int) -> None:
    """Places are in order, the last one among them; what lies between two is short, and nowhere cheaper to part."""
    costs = [float(cost) for _, cost in things]

    def width(start: int, end: int) -> int:
        return sum(size for size, _ in things[start:end])

    places = cheapest_places(costs, width, grain)
    assert places == sorted(set(places))
    assert places[-1] == len(things)
    for start, end in pairwise([0, *places]):
        assert end - start == 1 or width(start, end) <= grain
        assert end == len(things) or costs[end - 1] <= min(costs[start:end])
