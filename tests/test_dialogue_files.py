"""A dialogue's caption files, whole: who speaks, in every format that has a place for it."""
# ruff: noqa: E501 - the lines of ASS are as long as the format has them

import pytest
from captioned import captions_of

from f5tts_worker.subtitles import FORMATS
from f5tts_worker.words import Word

WORDS = [
    Word("Who", 100, 300, 0.98, "whisperx", "anna"),
    Word("is", 320, 500, 0.9, "whisperx", "anna"),
    Word("it?", 500, 800, 0.9, "whisperx", "anna"),
    Word("It's", 1_000, 1_400, 0.5, "whisperx", 'R&B, <"Bob">'),
    Word("Bob", 1_400, 1_900, 0.75, "whisperx", 'R&B, <"Bob">'),
    Word("🎉", 1_900, 1_900, 0.0, "whisperx", 'R&B, <"Bob">'),
    Word("Oh.", 2_000, 2_400, 1.0, "whisperx", "anna"),
]

WORDS_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.320
<v anna>Who

00:00:00.320 --> 00:00:00.500
<v anna>is

00:00:00.500 --> 00:00:00.800
<v anna>it?

00:00:01.000 --> 00:00:01.400
<v R&amp;B, &lt;"Bob"&gt;>It's

00:00:01.400 --> 00:00:02.000
<v R&amp;B, &lt;"Bob"&gt;>Bob 🎉

00:00:02.000 --> 00:00:02.400
<v anna>Oh.
"""

LINES_SRT = """\
1
00:00:00,100 --> 00:00:00,800
Who is it?

2
00:00:01,000 --> 00:00:02,000
It's Bob 🎉

3
00:00:02,000 --> 00:00:02,400
Oh.
"""

LINES_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.800
<v anna>Who is it?

00:00:01.000 --> 00:00:02.000
<v R&amp;B, &lt;"Bob"&gt;>It's Bob 🎉

00:00:02.000 --> 00:00:02.400
<v anna>Oh.
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
Style: Speaker 2,DejaVu Sans,72,&H00E9B456,&H00E9B456,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,5,0,2,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.80,Default,anna,0,0,0,,Who is it?
Dialogue: 0,0:00:01.00,0:00:02.00,Speaker 2,R&B; <"Bob">,0,0,0,,It's Bob 🎉
Dialogue: 0,0:00:02.00,0:00:02.40,Default,anna,0,0,0,,Oh.
"""[1:]

KARAOKE_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.800
<v anna><c>Who</c> <00:00:00.320><c>is</c> <00:00:00.500><c>it?</c>

00:00:01.000 --> 00:00:02.000
<v R&amp;B, &lt;"Bob"&gt;><c>It's</c> <00:00:01.400><c>Bob</c> <00:00:01.900><c>🎉</c>

00:00:02.000 --> 00:00:02.400
<v anna><c>Oh.</c>
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
Style: Speaker 2,DejaVu Sans,88,&H0000D4FF,&H00E9B456,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,6,0,2,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.80,Default,anna,0,0,0,,{\k20}Who{\k2}{\k18} is{\k30} it?
Dialogue: 0,0:00:01.00,0:00:02.00,Speaker 2,R&B; <"Bob">,0,0,0,,{\k40}It's{\k50} Bob{\k0} 🎉
Dialogue: 0,0:00:02.00,0:00:02.40,Default,anna,0,0,0,,{\k40}Oh.
"""[1:]

POP_VTT = """\
WEBVTT

00:00:00.100 --> 00:00:00.800
<v anna>Who is it?

00:00:01.000 --> 00:00:02.000
<v R&amp;B, &lt;"Bob"&gt;>It's Bob 🎉

00:00:02.000 --> 00:00:02.400
<v anna>Oh.
"""

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
Style: Speaker 2,DejaVu Sans,140,&H00E9B456,&H00E9B456,&H00000000,&H80000000,-1,0,0,0,100,100,0,0,1,9,0,5,100,100,480,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.10,0:00:00.80,Default,anna,0,0,0,,{\1c&H4DE1FF&\t(219,220,\1c&HFFFFFF&)}WHO\N{\1c&HFFFFFF&\t(219,220,\1c&H4DE1FF&)\t(399,400,\1c&HFFFFFF&)}IS{\1c&HFFFFFF&\t(399,400,\1c&H4DE1FF&)} IT?
Dialogue: 0,0:00:01.00,0:00:02.00,Speaker 2,R&B; <"Bob">,0,0,0,,{\1c&H4DE1FF&\t(399,400,\1c&HE9B456&)}IT'S\N{\1c&HE9B456&\t(399,400,\1c&H4DE1FF&)}BOB{\1c&HE9B456&} 🎉
Dialogue: 0,0:00:02.00,0:00:02.40,Default,anna,0,0,0,,{\1c&H4DE1FF&}OH.
"""[1:]

CSV = """\
word,start_time,end_time,confidence,start_ms,end_ms,speaker
Who,0.100,0.300,0.980,100,300,anna
is,0.320,0.500,0.900,320,500,anna
it?,0.500,0.800,0.900,500,800,anna
It's,1.000,1.400,0.500,1000,1400,"R&B, <""Bob"">"
Bob,1.400,1.900,0.750,1400,1900,"R&B, <""Bob"">"
🎉,1.900,1.900,0.000,1900,1900,"R&B, <""Bob"">"
Oh.,2.000,2.400,1.000,2000,2400,anna
"""

JSON = r"""
{
 "text": "Who is it? It's Bob 🎉 Oh.",
 "duration_ms": 3000,
 "method": "native",
 "confidence": 0.9,
 "words": [
  {"word": "Who", "start_ms": 100, "end_ms": 300, "score": 0.98, "source": "whisperx", "speaker": "anna"},
  {"word": "is", "start_ms": 320, "end_ms": 500, "score": 0.9, "source": "whisperx", "speaker": "anna"},
  {"word": "it?", "start_ms": 500, "end_ms": 800, "score": 0.9, "source": "whisperx", "speaker": "anna"},
  {"word": "It's", "start_ms": 1000, "end_ms": 1400, "score": 0.5, "source": "whisperx", "speaker": "R&B, <\"Bob\">"},
  {"word": "Bob", "start_ms": 1400, "end_ms": 1900, "score": 0.75, "source": "whisperx", "speaker": "R&B, <\"Bob\">"},
  {"word": "🎉", "start_ms": 1900, "end_ms": 1900, "score": 0.0, "source": "whisperx", "speaker": "R&B, <\"Bob\">"},
  {"word": "Oh.", "start_ms": 2000, "end_ms": 2400, "score": 1.0, "source": "whisperx", "speaker": "anna"}
 ],
 "cues": [
  {"start_ms": 100, "end_ms": 800, "text": "Who is it?", "words": [0, 3], "speaker": "anna"},
  {"start_ms": 1000, "end_ms": 2000, "text": "It's Bob 🎉", "words": [3, 6], "speaker": "R&B, <\"Bob\">"},
  {"start_ms": 2000, "end_ms": 2400, "text": "Oh.", "words": [6, 7], "speaker": "anna"}
 ]
}
"""[1:]

FILES = {
    "words vtt": ("words", "vtt", WORDS_VTT),
    "lines srt": ("lines", "srt", LINES_SRT),
    "lines vtt": ("lines", "vtt", LINES_VTT),
    "lines ass": ("lines", "ass", LINES_ASS),
    "karaoke vtt": ("karaoke", "vtt", KARAOKE_VTT),
    "karaoke ass": ("karaoke", "ass", KARAOKE_ASS),
    "pop vtt": ("pop", "vtt", POP_VTT),
    "pop ass": ("pop", "ass", POP_ASS),
    "csv": ("lines", "csv", CSV),
    "json": ("lines", "json", JSON),
}


@pytest.mark.parametrize(("style", "name", "expected"), FILES.values(), ids=FILES)
def test_writes_the_file(style: str, name: str, expected: str) -> None:
    """Every byte is as expected: voices and their escapes, a style to each speaker, colours of the spoken word."""
    text = " ".join(word.text for word in WORDS)
    assert FORMATS[name].render(captions_of(text, WORDS, 3_000, style)) == expected
