"""Russian, Ukrainian and Belarusian."""

from collections.abc import Callable

from .moments import genitive_date, hours_and_minutes, ordinal_clock, two_numbers
from .numerals import ordinal
from .plurals import east_slavic
from .tongue import Fixes, Tongue, fixed, noun, nouns

_Ordinal = Callable[[Tongue, int], str]


def _inflected(endings: Fixes) -> _Ordinal:
    """num2words' ordinal, which is masculine and nominative, in another form."""
    return lambda tongue, n: fixed(ordinal(tongue, n), endings)


_RUSSIAN_GENITIVE = ((r"(?:ый|ой)$", "ого"), (r"ий$", "ьего"))
_RUSSIAN_PREPOSITIONAL = ((r"(?:ый|ой)$", "ом"), (r"ий$", "ьем"))
_RUSSIAN_DATIVE = ((r"(?:ый|ой)$", "ому"), (r"ий$", "ьему"))
_RUSSIAN_FEMININE = ((r"(?:ый|ой)$", "ая"), (r"ий$", "ья"))
_RUSSIAN_NEUTER = ((r"(?:ый|ой)$", "ое"), (r"ий$", "ье"))

_ROUBLE, _DOLLAR = "m:рубль/рубля/рублей/рубля", "m:доллар/доллара/долларов/доллара"

RUSSIAN = Tongue(
    converter="ru",
    minus="минус",
    point="запятая",
    dot="точка",
    groups=" .",
    agree={
        "f": ((r"\bодин$", "одна"), (r"\bдва$", "две")),
        "n": ((r"\bодин$", "одно"),),
        "f1": ((r"\bодин$", "одна"),),
        "f2": ((r"\bдва$", "две"),),
    },
    following=((r" \w{3,}[ая]\b", "f1"), (r" \w{3,}[ыи]\b", "f2")),
    plural=east_slavic,
    wholes=noun("f:целая/целых/целых"),
    parts=(noun("f:десятая/десятых/десятых"), noun("f:сотая/сотых/сотых"), noun("f:тысячная/тысячных/тысячных")),
    percent=noun("m:процент/процента/процентов/процента"),
    units=nouns(
        {
            "км/ч": "m:километр в час/километра в час/километров в час/километра в час",
            "км": "m:километр/километра/километров/километра",
            "м": "m:метр/метра/метров/метра",
            "см": "m:сантиметр/сантиметра/сантиметров/сантиметра",
            "мм": "m:миллиметр/миллиметра/миллиметров/миллиметра",
            "кг": "m:килограмм/килограмма/килограммов/килограмма",
            "г": "m:грамм/грамма/граммов/грамма",
            "л": "m:литр/литра/литров/литра",
            "°C": "m:градус Цельсия/градуса Цельсия/градусов Цельсия/градуса Цельсия",
            "°": "m:градус/градуса/градусов/градуса",
        }
    ),
    currencies=nouns(
        {
            **{"₽": _ROUBLE, "руб.": _ROUBLE, "руб": _ROUBLE, "RUB": _ROUBLE, "$": _DOLLAR, "USD": _DOLLAR},
            **{"€": "n:евро", "EUR": "n:евро", "£": "m:фунт/фунта/фунтов/фунта", "₴": "f:гривна/гривны/гривен/гривны"},
            "¥": "f:иена/иены/иен/иены",
        }
    ),
    cents=nouns(dict.fromkeys(("₽", "руб.", "руб", "RUB"), "f:копейка/копейки/копеек/копейки"))
    | nouns(dict.fromkeys(("$", "USD", "€", "EUR"), "m:цент/цента/центов/цента")),
    magnitudes=nouns(
        {
            **{"тыс.": "f:тысяча/тысячи/тысяч/тысячи", "млн": "m:миллион/миллиона/миллионов/миллиона"},
            **{"млрд": "m:миллиард/миллиарда/миллиардов/миллиарда"},
        }
    ),
    months=(
        *("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября"),
        *("ноября", "декабря"),
    ),
    dated=True,
    of_year=r"(?:года\b|г\.)",
    date=genitive_date(_RUSSIAN_GENITIVE, "года"),
    clock=lambda tongue, hour, minute, _: (
        two_numbers(tongue, hour, minute) if minute else hours_and_minutes(tongue, hour, 0, noun("m:час/часа/часов"))
    ),
    ordinals={
        r"-(?:й|ый|ий|ой)\b": _inflected(()),
        r"-(?:я|ая)\b": _inflected(_RUSSIAN_FEMININE),
        r"-(?:е|ое)\b": _inflected(_RUSSIAN_NEUTER),
        r"-(?:го|ого)\b": _inflected(_RUSSIAN_GENITIVE),
        r"-(?:му|ому)\b": _inflected(_RUSSIAN_DATIVE),
        r"-(?:м|ом)\b": _inflected(_RUSSIAN_PREPOSITIONAL),
        r"(?<=\d{4})(?= году\b)": _inflected(_RUSSIAN_PREPOSITIONAL),
        r"(?<=\d{4})(?= года\b)": _inflected(_RUSSIAN_GENITIVE),
        r"(?<=\d{4})(?= год\b)": _inflected(()),
    },
)

_UKRAINIAN_GENITIVE = ((r"ий$", "ого"), (r"тій$", "тього"))
_UKRAINIAN_LOCATIVE = ((r"ий$", "ому"), (r"тій$", "тьому"))
_HRYVNIA, _UKRAINIAN_DOLLAR = "f:гривня/гривні/гривень/гривні", "m:долар/долари/доларів/долара"

UKRAINIAN = Tongue(
    converter="uk",
    minus="мінус",
    point="кома",
    dot="крапка",
    groups=" .",
    agree={
        "f": ((r"\bодин$", "одна"), (r"\bдва$", "дві")),
        "n": ((r"\bодин$", "одне"),),
        "f1": ((r"\bодин$", "одна"),),
        "f2": ((r"\bдва$", "дві"),),
    },
    following=((r" \w{3,}[ая]\b", "f1"), (r" (?:хвилини|години|секунди|книги|тисячі|копійки)\b", "f2")),
    plural=east_slavic,
    wholes=noun("f:ціла/цілих/цілих"),
    parts=(noun("f:десята/десятих/десятих"), noun("f:сота/сотих/сотих"), noun("f:тисячна/тисячних/тисячних")),
    percent=noun("m:відсоток/відсотки/відсотків/відсотка"),
    units=nouns(
        {
            "км/год": "m:кілометр на годину/кілометри на годину/кілометрів на годину/кілометра на годину",
            "км": "m:кілометр/кілометри/кілометрів/кілометра",
            "м": "m:метр/метри/метрів/метра",
            "см": "m:сантиметр/сантиметри/сантиметрів/сантиметра",
            "кг": "m:кілограм/кілограми/кілограмів/кілограма",
            "г": "m:грам/грами/грамів/грама",
            "°C": "m:градус Цельсія/градуси Цельсія/градусів Цельсія/градуса Цельсія",
        }
    ),
    currencies=nouns(
        {
            **{"₴": _HRYVNIA, "грн": _HRYVNIA, "UAH": _HRYVNIA, "$": _UKRAINIAN_DOLLAR, "USD": _UKRAINIAN_DOLLAR},
            **{"€": "n:євро", "EUR": "n:євро", "£": "m:фунт/фунти/фунтів/фунта"},
        }
    ),
    cents=nouns(dict.fromkeys(("₴", "грн", "UAH"), "f:копійка/копійки/копійок/копійки"))
    | nouns(dict.fromkeys(("$", "USD", "€", "EUR"), "m:цент/центи/центів/цента")),
    months=(
        *("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня"),
        *("листопада", "грудня"),
    ),
    dated=True,
    of_year=r"(?:року\b|р\.)",
    date=genitive_date(_UKRAINIAN_GENITIVE, "року"),
    clock=ordinal_clock("нульовий", ((r"ий$", "а"), (r"тій$", "тя")), ((r"ий$", "ій"),), ("о", "об")),
    ordinals={
        r"-й\b": _inflected(()),
        r"-го\b": _inflected(_UKRAINIAN_GENITIVE),
        r"(?<=\d{4})(?= році\b)": _inflected(_UKRAINIAN_LOCATIVE),
        r"(?<=\d{4})(?= року\b)": _inflected(_UKRAINIAN_GENITIVE),
        r"(?<=\d{4})(?= рік\b)": _inflected(()),
    },
)

BELARUSIAN = Tongue(
    converter="be",
    minus="мінус",
    point="коска",
    dot="кропка",
    groups=" ",
    plural=east_slavic,
    percent=noun("m:працэнт/працэнты/працэнтаў/працэнта"),
)

EAST_SLAVIC = {"ru": RUSSIAN, "uk": UKRAINIAN, "be": BELARUSIAN}
