"""Plurals: which of a noun's forms a number asks for."""


def after_two(n: int) -> int:
    """French: nothing and one are singular."""
    return 0 if n < 2 else 1


def always_one(n: int) -> int:
    """Hungarian, Turkish and others: numbers already say that there are more."""
    return 0


def east_slavic(n: int) -> int:
    """Russian, Ukrainian, Belarusian, Serbian: by the last digit, but for 11 to 14."""
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


def polish(n: int) -> int:
    """Polish: only 1 itself is singular."""
    return 0 if n == 1 else east_slavic(n) or 2


def czech(n: int) -> int:
    """Czech and Slovak: one, two to four, more."""
    return 0 if n == 1 else 1 if 2 <= n <= 4 else 2


def slovene(n: int) -> int:
    """Slovene: one, two, three or four, more, by the last two digits."""
    return n % 100 - 1 if 1 <= n % 100 <= 3 else 2 if n % 100 == 4 else 3


def romanian(n: int) -> int:
    """Romanian: from 20 on with "de", but by the last two digits."""
    return 0 if n == 1 else 1 if n == 0 or 1 <= n % 100 <= 19 else 2


def arabic(n: int) -> int:
    """Arabic: three to ten, eleven to ninety-nine, whole hundreds."""
    return 0 if 3 <= n % 100 <= 10 else 1 if n % 100 > 10 else 2
