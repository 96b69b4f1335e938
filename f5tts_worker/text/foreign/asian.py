"""Chinese, Japanese, Korean, Thai, Vietnamese and Indonesian."""

from collections.abc import Callable

from .chinese import chinese_digits
from .numerals import cardinal
from .plurals import always_one
from .tongue import Date, Tongue, noun, nouns


def _chinese_date(tongue: Tongue, date: Date) -> str:
    day = f"{cardinal(tongue, date.month)}月{cardinal(tongue, date.day)}日"
    return f"{chinese_digits(f'{date.year}')}年{day}" if date.year else day


def _chinese_clock(tongue: Tongue, hour: int, minute: int, _: str) -> str:
    said = f"{'两' if hour == 2 else cardinal(tongue, hour)}点"
    return f"{said}{'零' if minute < 10 else ''}{cardinal(tongue, minute)}分" if minute else said


CHINESE = Tongue(
    converter="zh",
    minus="负",
    point="点",
    dot="点",
    decimal=".",
    groups=",，",
    digitwise=True,
    limit=10**16,
    tight=True,
    agree={"m": ((r"^二$", "两"),)},
    plural=always_one,
    to="到",
    percent_first="百分之",
    units=nouns(
        {
            **{"km/h": "公里每小时", "km": "公里", "m": "米", "cm": "厘米", "mm": "毫米", "kg": "公斤", "g": "克"},
            **{"°C": "-:摄氏度", "℃": "-:摄氏度", "°": "-:度"},
        }
    ),
    currencies=nouns(
        {
            **{"¥": "元", "￥": "元", "RMB": "元", "CNY": "元", "$": "美元", "US$": "美元", "USD": "美元"},
            **{"€": "欧元", "EUR": "欧元", "£": "英镑", "HK$": "港元", "NT$": "新台币"},
        }
    ),
    magnitudes=nouns({"万": "万", "亿": "亿", "萬": "万", "億": "亿"}),
    date=_chinese_date,
    clock=_chinese_clock,
)


def _japanese_date(tongue: Tongue, date: Date) -> str:
    day = f"{cardinal(tongue, date.month)}月{cardinal(tongue, date.day)}日"
    return f"{cardinal(tongue, date.year)}年{day}" if date.year else day


JAPANESE = Tongue(
    converter="ja",
    minus="マイナス",
    point="点",
    dot="点",
    decimal=".",
    groups=",，",
    digitwise=True,
    tight=True,
    fixes=(("零", "ゼロ"),),
    plural=always_one,
    to="から",
    percent=noun("パーセント"),
    units=nouns(
        {
            **{"km/h": "時速キロメートル", "km": "キロメートル", "m": "メートル", "cm": "センチメートル"},
            **{"mm": "ミリメートル", "kg": "キログラム", "g": "グラム", "°C": "度", "℃": "度"},
        }
    ),
    currencies=nouns(
        {
            **{"¥": "円", "￥": "円", "JPY": "円", "$": "ドル", "USD": "ドル", "€": "ユーロ", "EUR": "ユーロ"},
            "£": "ポンド",
        }
    ),
    magnitudes=nouns({"万": "万", "億": "億", "兆": "兆"}),
    date=_japanese_date,
    clock=lambda tongue, hour, minute, _: (
        f"{cardinal(tongue, hour)}時" + (f"{cardinal(tongue, minute)}分" if minute else "")
    ),
)

_NATIVE_HOURS = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열", "열한", "열두")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


def _native(tongue: Tongue, n: int) -> str:
    """Korea's own number before a counter: "세 개"."""
    if not 0 < n < 100:
        return cardinal(tongue, n)
    return "스무" if n == 20 else _NATIVE_TENS[n // 10] + _NATIVE_HOURS[n % 10]


_KOREAN_MONTHS = {6: "유", 10: "시"}


def _joined(unit: str) -> Callable[[Tongue, int], str]:
    """A number that is one word with its unit."""
    return lambda tongue, n: cardinal(tongue, n) + unit


def _korean_date(tongue: Tongue, date: Date) -> str:
    month = _KOREAN_MONTHS.get(date.month, cardinal(tongue, date.month))
    day = f"{month}월 {cardinal(tongue, date.day)}일"
    return f"{cardinal(tongue, date.year)}년 {day}" if date.year else day


def _korean_clock(tongue: Tongue, hour: int, minute: int, _: str) -> str:
    said = f"{_NATIVE_HOURS[hour] if 0 < hour <= 12 else cardinal(tongue, hour)} 시"
    return f"{said} {cardinal(tongue, minute)} 분" if minute else said


KOREAN = Tongue(
    converter="ko",
    minus="마이너스",
    point="점",
    dot="점",
    decimal=".",
    groups=",",
    digitwise=True,
    plural=always_one,
    to="에서",
    percent=noun("퍼센트"),
    units=nouns(
        {
            **{"km/h": "킬로미터 퍼 아워", "km": "킬로미터", "m": "미터", "cm": "센티미터", "mm": "밀리미터"},
            **{"kg": "킬로그램", "g": "그램", "°C": "도", "℃": "도"},
        }
    ),
    currencies=nouns(
        {"₩": "원", "KRW": "원", "$": "달러", "USD": "달러", "€": "유로", "EUR": "유로", "£": "파운드", "¥": "엔"}
    ),
    date=_korean_date,
    clock=_korean_clock,
    ordinals={
        r"(?= ?(?:개|명|살|마리|잔|병|권|대|시간|가지|그루|벌|켤레|송이|달)(?!월))": _native,
        r"(?= ?시(?![간가-힣]))": lambda tongue, n: _native(tongue, n) if n <= 12 else cardinal(tongue, n),
        r"월": lambda tongue, n: _KOREAN_MONTHS.get(n, cardinal(tongue, n)) + "월",
        **{unit: _joined(unit) for unit in ("년", "일", "분", "초", "층", "번", "호", "회", "원", "세")},
    },
)

THAI = Tongue(
    converter="th",
    minus="ลบ",
    point="จุด",
    dot="จุด",
    decimal=".",
    groups=",",
    digitwise=True,
    plural=always_one,
    to="ถึง",
    percent=noun("เปอร์เซ็นต์"),
    currencies=nouns({"฿": "บาท", "THB": "บาท", "$": "ดอลลาร์", "€": "ยูโร", "£": "ปอนด์", "¥": "เยน"}),
)


def _vietnamese_date(tongue: Tongue, date: Date) -> str:
    day = "" if date.before == "ngày" else "ngày"
    said = f"{day} {cardinal(tongue, date.day)} tháng {'tư' if date.month == 4 else cardinal(tongue, date.month)}"
    return f"{said} năm {cardinal(tongue, date.year)}" if date.year else said


VIETNAMESE = Tongue(
    converter="vi",
    minus="âm",
    point="phẩy",
    dot="chấm",
    groups=".",
    # num2words leaves out the empty hundred: 2024 is "hai nghìn không trăm hai mươi bốn".
    fixes=(
        (r"(nghìn|triệu|tỷ) lẻ (?=\w+ mươi|mười)", r"\1 không trăm "),
        (r"(nghìn|triệu|tỷ) lẻ ", r"\1 không trăm lẻ "),
    ),
    plural=always_one,
    to="đến",
    percent=noun("phần trăm"),
    units=nouns(
        {
            **{"km/h": "ki lô mét trên giờ", "km": "ki lô mét", "m": "mét", "cm": "xen ti mét", "mm": "mi li mét"},
            **{"kg": "ki lô gam", "g": "gam", "°C": "độ C"},
        }
    ),
    currencies=nouns(
        {"₫": "đồng", "đ": "đồng", "VND": "đồng", "$": "đô la", "USD": "đô la", "€": "ơ rô", "EUR": "ơ rô"}
    ),
    date=_vietnamese_date,
    clock=lambda tongue, hour, minute, _: (
        f"{cardinal(tongue, hour)} giờ {cardinal(tongue, minute) if minute else ''}".strip()
    ),
    clock_mark=":h",
)


def _indonesian_date(tongue: Tongue, date: Date) -> str:
    said = f"{cardinal(tongue, date.day)} {tongue.months[date.month - 1]}"
    return f"{said} {cardinal(tongue, date.year)}" if date.year else said


INDONESIAN = Tongue(
    converter="id",
    minus="minus",
    point="koma",
    dot="titik",
    digitwise=True,
    plural=always_one,
    to="sampai",
    percent=noun("persen"),
    units=nouns(
        {
            **{"km/jam": "kilometer per jam", "km/h": "kilometer per jam", "km": "kilometer", "m": "meter"},
            **{"cm": "sentimeter", "mm": "milimeter", "kg": "kilogram", "g": "gram", "°C": "derajat Celsius"},
        }
    ),
    currencies=nouns(
        {"Rp": "rupiah", "IDR": "rupiah", "$": "dolar", "USD": "dolar", "€": "euro", "EUR": "euro", "£": "pound"}
    ),
    magnitudes=nouns({"ribu": "ribu", "juta": "juta", "miliar": "miliar", "triliun": "triliun"}),
    months=(
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober"),
        *("November", "Desember"),
    ),
    date=_indonesian_date,
)

ASIAN = {
    "zh": CHINESE,
    "ja": JAPANESE,
    "ko": KOREAN,
    "th": THAI,
    "vi": VIETNAMESE,
    "id": INDONESIAN,
}
