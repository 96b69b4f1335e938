"""Finnish, Hungarian, Turkish, Arabic, Hebrew, Persian, and the languages of which little more than numbers is known.

Left out: Amharic (num2words loops on some numbers and leaves Latin letters in others), Kannada and Telugu (a hundred is
"one hundreds", a hundred thousand "one hundred thousand" twice), Chechen (its words for the marks are unsure).
"""

from dataclasses import replace

from .moments import day_month_year, hours_and_minutes, ordinal_day, two_numbers
from .numerals import cardinal, ordinal
from .plurals import always_one, arabic
from .tongue import Date, Tongue, noun, nouns

FINNISH = Tongue(
    converter="fi",
    minus="miinus",
    point="pilkku",
    dot="piste",
    groups=" ",
    digitwise=True,
    to="viiva",
    percent=noun("prosentti/prosenttia"),
    units=nouns(
        {
            **{"km/h": "kilometri tunnissa/kilometriä tunnissa", "km": "kilometri/kilometriä", "m": "metri/metriä"},
            **{"cm": "senttimetri/senttimetriä", "mm": "millimetri/millimetriä", "kg": "kilo/kiloa"},
            **{"g": "gramma/grammaa", "°C": "celsiusaste/celsiusastetta", "°": "aste/astetta"},
        }
    ),
    currencies=nouns(
        {
            **{"€": "euro/euroa", "EUR": "euro/euroa", "$": "dollari/dollaria", "USD": "dollari/dollaria"},
            "£": "punta/puntaa",
        }
    ),
    cents=nouns(dict.fromkeys(("€", "EUR", "$", "USD"), "sentti/senttiä")),
    months=(
        *("tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta", "heinäkuuta"),
        *("elokuuta", "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta"),
    ),
    dated=True,
    day_mark=r"\.",
    date=ordinal_day,
    clock=lambda tongue, hour, minute, _: two_numbers(tongue, hour, minute),
)


def _hungarian_date(tongue: Tongue, date: Date) -> str:
    """Year, month, and the day of it: "május hatodika"."""
    day = "elseje" if date.day == 1 else ordinal(tongue, date.day)
    if date.day > 1:
        day += "a" if day.endswith(("odik", "adik")) else "e"
    said = f"{tongue.months[date.month - 1]} {day}"
    return f"{cardinal(tongue, date.year)} {said}" if date.year else said


_TWO = {"m": ((r"kettő$", "két"),)}

HUNGARIAN = Tongue(
    converter="hu",
    minus="mínusz",
    point="egész",
    dot="pont",
    groups=" .",
    fixes=((r"kettő(?=ezer|millió|milliárd)", "két"),),
    agree=_TWO,
    plural=always_one,
    wholes=noun("egész"),
    parts=(noun("tized"), noun("század"), noun("ezred")),
    percent=noun("százalék"),
    units=nouns(
        {
            **{"km/h": "kilométer per óra", "km": "kilométer", "m": "méter", "cm": "centiméter", "mm": "milliméter"},
            **{"kg": "kilogramm", "g": "gramm", "°C": "Celsius-fok", "°": "fok"},
        }
    ),
    currencies=nouns(
        {"Ft": "forint", "HUF": "forint", "€": "euró", "EUR": "euró", "$": "dollár", "USD": "dollár", "£": "font"}
    ),
    months=(
        *("január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember"),
        *("október", "november", "december"),
    ),
    date=_hungarian_date,
    clock=lambda tongue, hour, minute, _: hours_and_minutes(tongue, hour, minute, noun("óra")),
)

# num2words writes one word of it all, as on a cheque.
_TURKISH_WORDS = "yirmi|yetmiş|yedi|yüz|altmış|altı|otuz|on|iki|üç|dört|beş|bir|bin|sekiz|seksen|doksan|dokuz|kırk|elli"

TURKISH = Tongue(
    converter="tr",
    minus="eksi",
    point="virgül",
    dot="nokta",
    fixes=((rf"(milyon|milyar|trilyon|katrilyon|{_TURKISH_WORDS})", r"\1 "), (r" $", "")),
    plural=always_one,
    to="ila",
    percent_first="yüzde",
    units=nouns(
        {
            **{"km/sa": "kilometre bölü saat", "km": "kilometre", "m": "metre", "cm": "santimetre", "mm": "milimetre"},
            **{"kg": "kilogram", "g": "gram", "°C": "santigrat derece", "°": "derece"},
        }
    ),
    currencies=nouns(
        {
            "₺": "lira",
            "TL": "lira",
            "TRY": "lira",
            "$": "dolar",
            "USD": "dolar",
            "€": "avro",
            "EUR": "avro",
            "£": "sterlin",
        }
    ),
    cents=nouns(dict.fromkeys(("₺", "TL", "TRY"), "kuruş") | dict.fromkeys(("$", "USD", "€", "EUR"), "sent")),
    months=(
        *("Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim"),
        *("Kasım", "Aralık"),
    ),
    date=day_month_year,
    clock=lambda tongue, hour, minute, _: two_numbers(tongue, hour, minute),
)

ARABIC = Tongue(
    converter="ar",
    minus="سالب",
    point="فاصلة",
    dot="نقطة",
    decimal=".",
    groups=",",
    # num2words writes the "and" by itself, and the dual without its end.
    fixes=((" و ", " و"), (r"(مئت|ألف|مليون|مليار)ا$", r"\1ان")),
    plural=arabic,
    to="إلى",
    percent=noun("-:بالمئة"),
    currencies=nouns(
        {
            **{"$": "دولارات/دولارًا/دولار/دولار", "USD": "دولارات/دولارًا/دولار/دولار"},
            **{"€": "يورو", "EUR": "يورو", "£": "جنيهات/جنيهًا/جنيه/جنيه"},
        }
    ),
)

_WORD = "(?<![א-ת])(ו?)"
# num2words counts in the feminine; eight is written alike.
_MASCULINE = (
    *((rf"{_WORD}{one} עשרה$", rf"\1{other} עשר") for one, other in (("אחת", "אחד"), ("שתים", "שנים"))),
    *((rf"{_WORD}{one}( עשר)ה$", rf"\1{one}ה\2") for one in ("שלוש", "ארבע", "חמש", "שש", "שבע", "תשע")),
    *((rf"{_WORD}{one}$", rf"\1{other}") for one, other in (("אחת", "אחד"), ("חמש", "חמישה"), ("שש", "שישה"))),
    *((rf"{_WORD}{one}$", rf"\1{one}ה") for one in ("שלוש", "ארבע", "שבע", "תשע")),
    ("(^|ו)עשר$", r"\1עשרה"),
    ("^שתיים$", "שני"),
    ("ושתיים$", "ושניים"),
    ("חמשה עשר$", "חמישה עשר"),
    ("ששה עשר$", "שישה עשר"),
)

HEBREW = Tongue(
    converter="he",
    minus="מינוס",
    point="נקודה",
    dot="נקודה",
    decimal=".",
    groups=",",
    digitwise=True,
    to="עד",
    percent=noun("m:אחוז/אחוזים"),
    agree={"m": _MASCULINE},
    elide=((r"^אחד אחוז$", "אחוז אחד"),),
)

PERSIAN = replace(
    ARABIC,
    converter="fa",
    minus="منفی",
    point="ممیز",
    dot="ممیز",
    fixes=(),
    plural=always_one,
    to="تا",
    percent=noun("درصد"),
    currencies=nouns({"$": "دلار", "€": "یورو", "£": "پوند"}),
)

OTHERS = {
    "fi": FINNISH,
    "hu": HUNGARIAN,
    "tr": TURKISH,
    "ar": ARABIC,
    "he": HEBREW,
    "fa": PERSIAN,
    "az": Tongue(converter="az", minus="mənfi", point="vergül", dot="nöqtə", percent=noun("faiz"), plural=always_one),
    "bn": Tongue(
        converter="bn",
        minus="মাইনাস",
        point="দশমিক",
        dot="দশমিক",
        decimal=".",
        groups=",",
        digitwise=True,
        plural=always_one,
        percent=noun("শতাংশ"),
    ),
    "cy": Tongue(converter="cy", minus="minws", point="pwynt", dot="pwynt", decimal=".", groups=",", digitwise=True),
    "eo": Tongue(converter="eo", minus="minus", point="komo", dot="punkto", groups=" .", digitwise=True),
    "kz": Tongue(converter="kz", minus="минус", point="бүтін", dot="нүкте", groups=" ", percent=noun("пайыз")),
    "lt": Tongue(converter="lt", minus="minus", point="kablelis", dot="taškas", groups=" ."),
    "lv": Tongue(
        converter="lv",
        minus="mīnus",
        point="komats",
        dot="punkts",
        groups=" .",
        fixes=((r"\bsimtu\b", "simts"),),
    ),
    "tet": Tongue(converter="tet", minus="menus", point="vírgula", dot="pontu", digitwise=True),
    "tg": Tongue(converter="tg", minus="минус", point="нуқта", dot="нуқта", groups=" ", percent=noun("фоиз")),
}
