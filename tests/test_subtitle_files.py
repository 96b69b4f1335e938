"""Subtitle files, whole: one small example in every format and style."""
# ruff: noqa: E501 - the lines of ASS are as long as the format has them

import pytest
from captioned import captions_of

from f5tts_worker.subtitles import FORMATS
from f5tts_worker.words import Word

WORDS = [
    Word("Well,", 100, 400, 0.98, "whisperx"),
    Word("<b>it's</b>", 430, 780, 0.9, "whisperx"),
    Word("5", 780, 1_004, 0.5, "whisperx"),
    Word("—", 1_004, 1_004, 0.0, "whisperx"),
    Word("{or", 1_600, 1_900, 0.75, "whisperx"),
    Word('"6"', 1_906, 2_333, 1.0, "whisperx"),
]

WORDS_SRT = """\
1
00:00:00,100 --> 00:00:00,430
Well,

2
00:00:00,430 --> 00:00:00,780
<\u2060b>it's<\u2060/b>

3
00:00:00,780 --> 00:00:01,004
5 —

4
00:00:01,600 --> 00:00:01,906
❴or

5
00:00:01,906 --> 00:00:02,333
"6"
"""

WORDS_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.430
Well,

00:00:00.430 --> 00:00:00.780
&lt;b&gt;it's&lt;/b&gt;

00:00:00.780 --> 00:00:01.004
5 —

00:00:01.600 --> 00:00:01.906
{or

00:00:01.906 --> 00:00:02.333
"6"
"""

WORDS_ASS = r"""
[Script Info]
ScriptType: v4.00+
PlayResX: 1080
PlayResY: 1920
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,140,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,9,0,5,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.43,Default,,0,0,0,,WELL,
Dialogue: 0,0:00:00.43,0:00:00.78,Default,,0,0,0,,{\fs107}<B>IT'S</B>
Dialogue: 0,0:00:00.78,0:00:01.00,Default,,0,0,0,,5 —
Dialogue: 0,0:00:01.60,0:00:01.91,Default,,0,0,0,,\{OR
Dialogue: 0,0:00:01.91,0:00:02.33,Default,,0,0,0,,"6"
"""[1:]

LINES_SRT = """\
1
00:00:00,100 --> 00:00:02,333
Well, <\u2060b>it's<\u2060/b> 5 — ❴or "6"
"""

LINES_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:02.333
Well, &lt;b&gt;it's&lt;/b&gt; 5 — {or "6"
"""

LINES_ASS = r"""
[Script Info]
ScriptType: v4.00+
PlayResX: 1080
PlayResY: 1920
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,72,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,5,0,2,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:02.33,Default,,0,0,0,,Well, <b>it's</b>\N5 — \{or "6"
"""[1:]

KARAOKE_SRT = """\
1
00:00:00,100 --> 00:00:02,333
Well, <\u2060b>it's<\u2060/b>
5 — ❴or "6"
"""

KARAOKE_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:02.333
<c>Well,</c> <00:00:00.430><c>&lt;b&gt;it's&lt;/b&gt;</c>
<00:00:00.780><c>5</c> <00:00:01.004><c>—</c> <00:00:01.600><c>{or</c> <00:00:01.906><c>"6"</c>
"""

KARAOKE_ASS = r"""
[Script Info]
ScriptType: v4.00+
PlayResX: 1080
PlayResY: 1920
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,88,&H0000D4FF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,6,0,2,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:02.33,Default,,0,0,0,,{\k30}Well,{\k3}{\k35} <b>it's</b>\N{\k22}5{\k0} —{\k60}{\k30} \{or{\k1}{\k42} "6"
"""[1:]

POP_SRT = """\
1
00:00:00,100 --> 00:00:00,430
Well,

2
00:00:00,430 --> 00:00:01,180
<\u2060b>it's<\u2060/b> 5 —

3
00:00:01,600 --> 00:00:02,333
❴or "6"
"""

POP_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.430
Well,

00:00:00.430 --> 00:00:01.180
&lt;b&gt;it's&lt;/b&gt; 5 —

00:00:01.600 --> 00:00:02.333
{or "6"
"""

CSV = '''\
word,start_time,end_time,confidence,start_ms,end_ms
"Well,",0.100,0.400,0.980,100,400
<b>it's</b>,0.430,0.780,0.900,430,780
5,0.780,1.004,0.500,780,1004
—,1.004,1.004,0.000,1004,1004
{or,1.600,1.900,0.750,1600,1900
"""6""",1.906,2.333,1.000,1906,2333
'''

JSON = r"""
{
 "text": "Well, <b>it's</b> 5 — {or \"6\"",
 "duration_ms": 3000,
 "method": "native",
 "confidence": 0.9,
 "words": [
  {"word": "Well,", "start_ms": 100, "end_ms": 400, "score": 0.98, "source": "whisperx"},
  {"word": "<b>it's</b>", "start_ms": 430, "end_ms": 780, "score": 0.9, "source": "whisperx"},
  {"word": "5", "start_ms": 780, "end_ms": 1004, "score": 0.5, "source": "whisperx"},
  {"word": "—", "start_ms": 1004, "end_ms": 1004, "score": 0.0, "source": "whisperx"},
  {"word": "{or", "start_ms": 1600, "end_ms": 1900, "score": 0.75, "source": "whisperx"},
  {"word": "\"6\"", "start_ms": 1906, "end_ms": 2333, "score": 1.0, "source": "whisperx"}
 ],
 "cues": [
  {"start_ms": 100, "end_ms": 430, "text": "Well,", "words": [0, 1]},
  {"start_ms": 430, "end_ms": 1180, "text": "<b>it's</b> 5 —", "words": [1, 4]},
  {"start_ms": 1600, "end_ms": 2333, "text": "{or \"6\"", "words": [4, 6]}
 ]
}
"""[1:]

POP_ASS = r"""
[Script Info]
ScriptType: v4.00+
PlayResX: 1080
PlayResY: 1920
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Sans,140,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,9,0,5,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.43,Default,,0,0,0,,{\1c&H4DE1FF&}WELL,
Dialogue: 0,0:00:00.43,0:00:01.18,Default,,0,0,0,,{\fs107}{\1c&H4DE1FF&\t(349,350,\1c&HFFFFFF&)}<B>IT'S</B>\N{\1c&HFFFFFF&\t(349,350,\1c&H4DE1FF&)}5{\1c&HFFFFFF&} —
Dialogue: 0,0:00:01.60,0:00:02.33,Default,,0,0,0,,{\1c&H4DE1FF&\t(309,310,\1c&HFFFFFF&)}\{OR{\1c&HFFFFFF&\t(309,310,\1c&H4DE1FF&)} "6"
"""[1:]

FILES = {
    "words srt": ("words", "srt", WORDS_SRT),
    "words vtt": ("words", "vtt", WORDS_VTT),
    "words ass": ("words", "ass", WORDS_ASS),
    "lines srt": ("lines", "srt", LINES_SRT),
    "lines vtt": ("lines", "vtt", LINES_VTT),
    "lines ass": ("lines", "ass", LINES_ASS),
    "karaoke srt": ("karaoke", "srt", KARAOKE_SRT),
    "karaoke vtt": ("karaoke", "vtt", KARAOKE_VTT),
    "karaoke ass": ("karaoke", "ass", KARAOKE_ASS),
    "pop srt": ("pop", "srt", POP_SRT),
    "pop vtt": ("pop", "vtt", POP_VTT),
    "pop ass": ("pop", "ass", POP_ASS),
    "csv": ("pop", "csv", CSV),
    "csv, whatever the style": ("lines", "csv", CSV),
    "json": ("pop", "json", JSON),
}


@pytest.mark.parametrize(("style", "name", "expected"), FILES.values(), ids=FILES)
def test_writes_the_file(style: str, name: str, expected: str) -> None:
    """Every byte is as expected: times, escapes, the look's style line, colours of the spoken word."""
    text = " ".join(word.text for word in WORDS)
    assert FORMATS[name].render(captions_of(text, WORDS, 3_000, style)) == expected
