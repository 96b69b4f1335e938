"""Advanced SubStation Alpha: captions with their look, ready for ffmpeg's `ass` filter."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import ass  # type: ignore[import-untyped]  # ships no types

from ..words import Word
from .breaks import break_lines
from .captions import Captions
from .cues import Cue
from .display import WORD_JOINER, shown, shown_name, spaces
from .options import CaptionStyle, Look
from .palette import speaker_looks
from .screen import chars_that_fit, columns, fitting_size, line_columns

ALIGNMENTS = {"bottom": 2, "middle": 5, "top": 8}  # as on a number pad

# No player has an escape for the backslash; with a joiner behind it, it begins no \N.
_ESCAPES = str.maketrans({"\\": "\\" + WORD_JOINER, "{": r"\{", "}": r"\}"})


def render(captions: Captions) -> str:
    """Write one event a cue; of karaoke and pop the word that is spoken has the highlight colour.

    Each speaker has a style in a colour of their own, and is the name of their events, which players do not show.
    """
    look, style = captions.options.look, captions.options.style
    document = ass.Document()
    document.fields.update(
        {
            "ScriptType": "v4.00+",
            "PlayResX": look.width,
            "PlayResY": look.height,
            "WrapStyle": 0,  # lines are broken here; one that turns out too wide is broken again, in equal parts
            "ScaledBorderAndShadow": "yes",
            "YCbCr Matrix": "None",  # colours as they are
        }
    )
    rightward = not any(unicodedata.bidirectional(char) in ("R", "AL") for char in captions.text)
    looks = speaker_looks(look, captions.speakers)
    styles = {speaker: f"Speaker {number}" if number > 1 else "Default" for number, speaker in enumerate(looks, 1)}
    for speaker, name in styles.items():
        document.styles.append(
            _style(name, looks[speaker], karaoke=style == "karaoke", encoding=1 if rightward else -1)
        )
    now_cs = 0
    for cue in captions.cues:
        start_cs = max(now_cs, _cs(cue.start_ms))
        now_cs = max(start_cs + 1, _cs(cue.end_ms))
        event = ass.Dialogue(start=_time(start_cs), end=_time(now_cs), style=styles[cue.speaker])
        event.name = _name(cue.speaker)
        event.text = _text(cue, start_cs, now_cs, looks[cue.speaker], style)
        document.events.append(event)
    file = io.StringIO()
    document.dump_file(file)
    return file.getvalue()


def _style(name: str, look: Look, *, karaoke: bool, encoding: int) -> ass.Style:
    color, highlight = _color(look.color), _color(look.highlight)
    return ass.Style(
        name=name,
        fontname=look.font,
        fontsize=look.size,
        primary_color=highlight if karaoke else color,
        secondary_color=color,  # of karaoke before it is spoken
        outline_color=_color(look.outline_color),
        back_color=ass.data.Color(0, 0, 0, 128),  # the shadow's
        bold=look.bold,
        outline=look.outline,
        shadow=look.shadow,
        alignment=ALIGNMENTS[look.position],
        margin_l=look.margin_h,
        margin_r=look.margin_h,
        margin_v=look.margin_v,
        encoding=encoding,  # -1: the text says in which direction it runs
    )


def _name(speaker: str | None) -> str:
    """A speaker as an event's field, which a comma would end."""
    return "" if speaker is None else shown_name(speaker).replace(",", ";")


def _text(cue: Cue, start_cs: int, end_cs: int, look: Look, style: CaptionStyle) -> str:
    """The lines of a cue with its style's overrides."""
    lines, size = _lay_out(cue, look)
    if style == "karaoke":
        text = _karaoke_text(lines, start_cs, end_cs)
    elif style == "pop":
        text = _pop_text(lines, start_cs, end_cs, look)
    else:
        text = r"\N".join("".join(_pieces(line)) for line in lines)
    return f"{{\\fs{size}}}{text}" if size < look.size else text


def _lay_out(cue: Cue, look: Look) -> tuple[Sequence[Sequence[Word]], int]:
    """The lines as displayed, broken again where they would not fit, and the font size for the longest word."""
    lines = [[replace(word, text=word.text.upper()) for word in line] if look.uppercase else line for line in cue.lines]
    words = [word for line in lines for word in line]
    texts = [word.text for word in words]
    fit = max(chars_that_fit(look), *map(columns, texts))
    if any(line_columns([word.text for word in line]) > fit for line in lines):
        lines = [*break_lines(words, fit)]
    return lines, fitting_size(texts, look)


def _pieces(line: Sequence[Word]) -> list[str]:
    """Each word as written into the file, with the space before it."""
    return [space + shown(word.text).translate(_ESCAPES) for space, word in zip(spaces(line), line, strict=True)]


def _karaoke_text(lines: Sequence[Sequence[Word]], start_cs: int, end_cs: int) -> str:
    r"""Give each word its syllable, and each gap an empty one: every time is rounded by itself, so nothing adds up."""
    texts, now_cs = [], start_cs
    for line in lines:
        text = ""
        for word, piece in zip(line, _pieces(line), strict=True):
            word_cs = min(max(now_cs, _cs(word.start_ms)), end_cs)
            until_cs = min(max(word_cs, _cs(word.end_ms)), end_cs)
            gap = f"\\k{word_cs - now_cs}}}{{" if word_cs > now_cs else ""
            text += f"{{{gap}\\k{until_cs - word_cs}}}{piece}"
            now_cs = until_cs
        texts.append(text)
    return r"\N".join(texts)


def _pop_text(lines: Sequence[Sequence[Word]], start_cs: int, end_cs: int, look: Look) -> str:
    """Colour each word until the next one begins. Words that are not spoken never are."""
    starts = [_cs(word.start_ms) - start_cs for line in lines for word in line if word.start_ms < word.end_ms]
    edges = iter([0, *(max(0, start) for start in starts[1:]), end_cs - start_cs])
    plain, lit = _paint(look.color, look), _paint(look.highlight, look)
    texts, from_cs = [], next(edges)
    for line in lines:
        text = ""
        for word, piece in zip(line, _pieces(line), strict=True):
            tags = plain
            if word.start_ms < word.end_ms:
                until_cs = next(edges)
                tags = f"{plain}\\t({from_cs * 10 - 1},{from_cs * 10},{lit})" if from_cs else lit
                if until_cs < end_cs - start_cs:
                    tags += f"\\t({until_cs * 10 - 1},{until_cs * 10},{plain})"
                from_cs = until_cs
            text += f"{{{tags}}}{piece}"
        texts.append(text)
    return r"\N".join(texts)


def _paint(color: str, look: Look) -> str:
    """The override that sets a text's colour; its opacity too, where it may change."""
    value = _color(color).to_ass()  # &HAABBGGRR
    opacity = f"\\1a&H{value[2:4]}&" if len(look.color + look.highlight) > len("#RRGGBB" * 2) else ""
    return f"\\1c&H{value[4:]}&{opacity}"


def _color(color: str) -> ass.data.Color:
    red, green, blue, opacity = bytes.fromhex(f"{color[1:]}FF"[:8])
    return ass.data.Color(red, green, blue, 255 - opacity)


def _cs(ms: int) -> int:
    """Centiseconds, rounded: the `ass` package would cut."""
    return (ms + 5) // 10


def _time(cs: int) -> timedelta:
    return timedelta(milliseconds=cs * 10)
