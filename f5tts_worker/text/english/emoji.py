"""Emoji and smileys: seen, not heard."""

from ..claims import Rule
from .patterns import rule_pattern

_EMOJI = rule_pattern(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u25a0-\u25ff\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f\u200d]++"
)
_SMILEY = rule_pattern(
    r"""(?:(?<=\s)|(?<=^)|(?<=[.!?,]))(?:(?:[:;=][-^o']?|[8xX]-)[)(\]\[DPpOo3|/\\*$@]+|[:;]'-?[()]|<3+|</3|\^_+\^|-_+-|[oO]_[oO]|[xX]D+|[:;]-?[dD]|T_T|;_;|>_<|>:\(|:3)(?=\s|$|[.!?,\ue000])"""
)
_SHRUG = rule_pattern(r"¯\\?_\(ツ\)_/¯|\(╯°□°\)╯︵\ ┻━┻|\(づ[^)]{0,12}\)づ|ʕ[^ʔ]{0,8}ʔ")

RULES = (Rule(_SHRUG, lambda match: ""), Rule(_SMILEY, lambda match: ""), Rule(_EMOJI, lambda match: " "))
