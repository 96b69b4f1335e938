"""Addresses: web pages, e-mail, handles, hashtags and names of files."""

import re

from ..claims import Rule
from .acronyms import spelled_letters
from .capitals import is_spelled
from .number_words import cardinal, identifier, spelled, year
from .patterns import rule_pattern

_SPELLED_ENDS = {"uk", "us", "de", "fr", "es", "it", "nl", "eu", "io", "ai", "tv", "fm", "ly", "gg", "gl", "ch", "at"}
_SPELLED_ENDS |= {"br", "ca", "cn", "in", "jp", "kr", "ru", "se", "pl", "au", "nz", "js", "py", "ts"}
"""Ends of names that are said letter by letter."""
_BARE_ENDS = "com|org|net|edu|gov|mil|io|ai|dev|app|info|biz|tv|fm|gg|be|xyz|tech|co|uk|de|fr|eu|ca|com\\.au|co\\.jp"
"""Ends that make a name an address without more."""
_FILES = "txt|pdf|py|js|ts|md|csv|json|html|css|docx?|xlsx?|pptx?|jpe?g|png|gif|mp[34]|wav|zip|exe|sh|yaml|yml|xml|srt"

_MAIL = rule_pattern(
    r"(?<![\w.+%-])(?:mailto:)?(?P<name>[\w.+%-]{1,64}+)@(?P<host>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6})(?![\w@-])"
)
_WEB = rule_pattern(r"(?<![\w.@])(?:(?:https?|ftp)://|www\.)(?P<rest>[^\s<>\"']{1,2000}+)", re.IGNORECASE)
_BARE = rule_pattern(
    rf"(?<![\w.@-])(?P<rest>(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,4}}(?:{_BARE_ENDS}|COM|ORG|NET|[a-z]{{2,6}}(?=/\w))"
    rf"(?![\w-]|\.\w)(?:/[^\s<>\"']{{0,2000}}+)?)"
)
_FILE = rule_pattern(rf"(?<![\w.@-])(?P<name>[A-Za-z0-9_-]{{1,64}}+)\.(?P<end>{_FILES})(?![\w-]|\.\w)")
_END = rule_pattern(
    r"(?<![\w.])\.(?P<end>com|org|net|gov|edu|io|ai|co|uk|de|eu|app|dev|exe|zip|pdf|mp3|mp4|png|txt|csv)(?![\w-])"
)
_HANDLE = rule_pattern(r"(?<![\w@.])@(?P<name>[^\W\d][\w]{0,63}(?:\.\w{1,63})?)")
_HASHTAG = rule_pattern(r"(?<![\w&\#])\#(?P<name>[0-9]{0,4}[^\W\d]\w{0,100})")
_PATH = rule_pattern(r"(?<![\w.:/~<])~?/[A-Za-z][\w.-]{0,63}(?:/[\w.-]{1,64}){1,16}/?")
_PART = re.compile(r"^i(?:Phone|Pad|Pod|Mac|OS|Tunes|Cloud)|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_MARKS = {
    ".": "dot",
    "/": "slash",
    "-": "dash",
    "_": "underscore",
    "?": "question mark",
    "=": "equals",
    "&": "and",
    "#": "hash",
    ":": "colon",
    "@": "at",
    "+": "plus",
    "%": "percent",
    "~": "tilde",
}
_ID_LENGTH = 8
_TRAILING = ".,;:!?)]}*_"
"""What ends the sentence and not the address."""
_TOKEN = re.compile(r"[^\W_]+|[^\s]")


def _address(written: str) -> str:
    """Say an address: words as words, numbers as numbers, marks by their names."""
    host, slash, path = written.partition("/")
    return " ".join(_tokens(host, ends=True) + _tokens(slash + path.rstrip("/") if path else ""))


def _tokens(written: str, *, ends: bool = False) -> list[str]:
    tokens = _TOKEN.findall(written)
    said = []
    for i, token in enumerate(tokens):
        behind_dot = ends and i > 0 and tokens[i - 1] == "."
        if token in _MARKS:
            said.append(_MARKS[token])
        elif token.lower() == "www" or (behind_dot and token.lower() in _SPELLED_ENDS):
            said.append(spelled_letters(token))
        else:
            said.append(_parts(token))
    return said


def _parts(token: str) -> str:
    if len(token) >= _ID_LENGTH and len(_PART.findall(token)) * 2 >= len(token) / 2 and any(map(str.isdigit, token)):
        return identifier(token)
    return " ".join(_part(part) for part in _PART.findall(token))


def _part(part: str) -> str:
    if part.isdigit() and part.isascii():
        return cardinal(int(part)) if len(part) < 4 and part[0] != "0" else _long(part)
    if part.isupper() and 2 <= len(part) <= 4 and part != "COM":
        return spelled_letters(part) if is_spelled(part) else part.lower()
    return part if part[0] == "i" else part.lower()


def _long(digits: str) -> str:
    return year(int(digits)) if len(digits) == 4 and 1900 <= int(digits) < 2100 else spelled(digits)


def _web(match: re.Match[str]) -> str:
    rest = match["rest"].rstrip(_TRAILING)
    tail = match["rest"][len(rest) :]
    return _address(rest.removeprefix("www.").removeprefix("WWW.")) + tail


def _mail(match: re.Match[str]) -> str:
    return f"{' '.join(_tokens(match['name']))} at {_address(match['host'])}"


def _path(match: re.Match[str]) -> str:
    path = match[0].rstrip(_TRAILING + "/")
    return " ".join(_tokens(path)) + match[0][len(path) :].lstrip("/")


def _handle(match: re.Match[str]) -> str:
    parts = _TOKEN.findall(match["name"].replace("_", " "))
    return " ".join(["at", *("dot" if part == "." else _parts(part) for part in parts)])


def _file(match: re.Match[str]) -> str:
    end = " ".join(spelled_letters(part) if part.isalpha() else spelled(part) for part in _PART.findall(match["end"]))
    return f"{' '.join(_tokens(match['name']))} dot {'zip' if match['end'] == 'zip' else end}"


def _hashtag(match: re.Match[str]) -> str:
    return " ".join(["hashtag", *(_part(part) for name in match["name"].split("_") for part in _PART.findall(name))])


RULES = (
    Rule(_MAIL, _mail),
    Rule(_WEB, _web),
    Rule(_BARE, _web),
    Rule(_FILE, _file),
    Rule(_END, lambda match: f"dot {_tokens('.' + match['end'], ends=True)[1]}"),
    Rule(_PATH, _path),
    Rule(_HANDLE, _handle),
    Rule(_HASHTAG, _hashtag),
)
