"""Currencies: the words for sums of money."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Currency:
    """The words for a currency."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""
    """The hundredth part; "" where there is none in use."""


def _dollar(country: str = "") -> Currency:
    return Currency(f"{country} dollar".strip(), f"{country} dollars".strip(), "cent", "cents")


_YEN, _YUAN, _WON = Currency("yen", "yen"), Currency("yuan", "yuan"), Currency("won", "won")
_EURO, _POUND = Currency("euro", "euros", "cent", "cents"), Currency("pound", "pounds", "penny", "pence")
_RUPEE, _RUBLE = Currency("rupee", "rupees"), Currency("ruble", "rubles", "kopeck", "kopecks")
SIGNS = {
    "US$": _dollar("U S"),
    "A$": _dollar("Australian"),
    "AU$": _dollar("Australian"),
    "C$": _dollar("Canadian"),
    "CA$": _dollar("Canadian"),
    "HK$": _dollar("Hong Kong"),
    "NZ$": _dollar("New Zealand"),
    "S$": _dollar("Singapore"),
    "R$": Currency("real", "reais"),
    "$": _dollar(),
    "€": _EURO,
    "£": _POUND,
    "¥": _YEN,
    "₹": _RUPEE,
    "Rs.": _RUPEE,
    "Rs": _RUPEE,
    "₩": _WON,
    "₽": _RUBLE,
    "₿": Currency("bitcoin", "bitcoins"),
    "₺": Currency("lira", "lira"),
    "₴": Currency("hryvnia", "hryvnias"),
    "₪": Currency("shekel", "shekels"),
    "₫": Currency("dong", "dong"),
    "฿": Currency("baht", "baht"),
    "₱": Currency("peso", "pesos", "centavo", "centavos"),
    "₦": Currency("naira", "naira"),
}
CODES = {
    "USD": _dollar("U S"),
    "EUR": _EURO,
    "GBP": _POUND,
    "JPY": _YEN,
    "CNY": _YUAN,
    "RMB": _YUAN,
    "KRW": _WON,
    "INR": _RUPEE,
    "RUB": _RUBLE,
    "AUD": _dollar("Australian"),
    "CAD": _dollar("Canadian"),
    "NZD": _dollar("New Zealand"),
    "SGD": _dollar("Singapore"),
    "HKD": _dollar("Hong Kong"),
    "CHF": Currency("Swiss franc", "Swiss francs"),
    "SEK": Currency("Swedish krona", "Swedish kronor"),
    "NOK": Currency("Norwegian krone", "Norwegian kroner"),
    "DKK": Currency("Danish krone", "Danish kroner"),
    "PLN": Currency("zloty", "zloty"),
    "MXN": Currency("Mexican peso", "Mexican pesos"),
    "BRL": Currency("Brazilian real", "Brazilian reais"),
    "BTC": Currency("bitcoin", "bitcoins"),
}
NAMED = SIGNS | CODES
