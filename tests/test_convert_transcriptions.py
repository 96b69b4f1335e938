"""scripts/convert_transcriptions.py: transcripts to the texts of voices."""

import codecs
import csv
import html
import io
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.convert_transcriptions import READERS, UnreadableError, decode, main, read

ROOT = Path(__file__).resolve().parent.parent

SRT = """1
00:00:00,000 --> 00:00:01,500
<i>Some people</i> read
{\\an8}aloud &amp; <font color="#fff">often</font>

2
00:00:01,500 --> 00:00:02,000 X1:40 X2:600 Y1:20 Y2:50
at 5 < 6

3
00:00:02,000 --> 00:00:03,000
42
"""

VTT = """WEBVTT - a title
Kind: captions
Language: en

STYLE
::cue { color: red }

REGION
id:fred

NOTE this is
no speech

intro
00:00.000 --> 00:01.500 align:start position:0%
<v Mary>Some <c.loud>people</c> <00:00:00.900>read

1
00:00:01.500 --> 00:00:02.000
<lang en>aloud</lang> &lt;b&gt; &amp; <ruby>漢字<rt>かんじ</rt></ruby>
"""

ROLLING_VTT = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
 
some<00:00:00.500><c> people</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
some people
 

00:00:02.010 --> 00:00:04.000 align:start position:0%
some people
read<00:00:02.500><c> aloud</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
read aloud
 

00:00:04.010 --> 00:00:05.000 align:start position:0%
read aloud
to<00:00:04.500><c> learn</c>
"""  # noqa: W293  # what YouTube gives: a line of one space belongs to the caption

ROLLING_SRT = """1
00:00:00,000 --> 00:00:02,000
some people

2
00:00:02,000 --> 00:00:04,000
some people
read aloud

3
00:00:04,000 --> 00:00:06,000
read aloud
to learn
"""

HIGHLIGHTED_SRT = """1
00:00:00,000 --> 00:00:00,500
<u>very</u> very good

2
00:00:00,500 --> 00:00:01,000
very <u>very</u> good

3
00:00:01,000 --> 00:00:01,500
very very <u>good</u>
"""

TWICE_SRT = """1
00:00:00,000 --> 00:00:00,500
very

2
00:00:00,500 --> 00:00:01,000
very

3
00:00:01,000 --> 00:00:01,500
good
"""


@pytest.mark.parametrize(
    ("suffix", "source", "text"),
    [
        (".srt", SRT, "Some people read aloud & often at 5 < 6 42"),
        (".srt", SRT.replace("\n", "\r\n"), "Some people read aloud & often at 5 < 6 42"),
        (
            ".srt",
            "0:00:01,5 --> 0:00:02,0\nHello\n\nthere.\n00:03 --> 00:04\n{i}Bye{/i}\\Nnow.",
            "Hello there. Bye now.",
        ),
        (".srt", "1\n00:00:00,000 --> 00:00:01,000\nOne\n2\n00:00:01,000 --> 00:00:02,000\ntwo<br/>3\n", "One two 3"),
        (".vtt", VTT, "Some people read aloud <b> & 漢字"),
        (".vtt", "WEBVTT\n00:01.000 --> 00:02.000\nHi.\n\n\nstray\n\n00:02.000 --> 00:03.000\n- You.", "Hi. - You."),
        (".vtt", ROLLING_VTT, "some people read aloud to learn"),
        (".srt", ROLLING_SRT, "some people read aloud to learn"),
        (".srt", HIGHLIGHTED_SRT, "very very good"),
        (".srt", TWICE_SRT, "very very good"),
        (".srt", TWICE_SRT.replace("00:00:00,500 --> 00:00:01,000", "00:00:00,000 --> 00:00:00,500"), "very good"),
        (".csv", "word,start_time,end_time\nSome,0.0,0.2\nvery,0.2,0.4\nvery,0.4,0.6\n", "Some very very"),
        (".csv", 'Start;End;Text\n0;1;"Some; people"\n1;2;"read\naloud"\n', "Some; people read aloud"),
        (".csv", 'sep=;\nid;Sentence ;x\n1;"He said ""no""";y\n', 'He said "no"'),
        (".csv", "start, end, text\n0, 1, One, two\n\n1, 2, three.\n", "One, two three."),
        (".csv", 'start, "text"\n0, "One, two"\n1, 3,000\n', "One, two 3,000"),
        (".csv", "text\nOne, two\nthree\n", "One, two three"),
        (".tsv", 'start\tend\ttext\n0\t900\t"Hello, she said\n900\t1800\tand left.\n', '"Hello, she said and left.'),
        (".tsv", 'content\tid\n"He said ""no"""\t1\n', 'He said "no"'),
        (".json", '{"text": " Some people. ", "segments": [{"text": "x"}]}', "Some people."),
        (
            ".json",
            '{"segments": [{"start": 0, "text": " Some"}, {"text": " people."}], "language": "en"}',
            "Some people.",
        ),
        (".json", '[{"text": "Some"}, {"text": "people."}]', "Some people."),
        (".json", '{"words": [{"word": "Some", "start_ms": 0}, {"word": "people.", "end_ms": 9}]}', "Some people."),
        (".json", '{"text": "", "word_segments": [{"word": "Some"}]}', "Some"),
        (".json", '["Some", "people &amp; <i>"]', "Some people &amp; <i>"),
    ],
    ids=[
        *("srt with markup", "srt with CRLF", "srt without numbers", "srt without empty lines"),
        *("vtt", "vtt with a stray block", "rolling vtt", "rolling srt", "lit-up words", "a word said twice"),
        *("a caption given twice", "csv of words", "semicolons and quotes", "Excel's sep", "csv without quotes"),
        "quotes after spaces",
        *("one column", "whisper's tsv", "tsv of a spreadsheet", "whisper json", "whisperx json", "json list"),
        *("our words", "empty text", "list of strings"),
    ],
)
def test_reads(tmp_path: Path, suffix: str, source: str, text: str) -> None:
    """Each format gives what is said in it, and nothing else."""
    path = tmp_path / f"alice{suffix}"
    path.write_bytes(source.encode())
    assert read(path) == (text, [])


@pytest.mark.parametrize(
    ("suffix", "source", "says"),
    [
        (".csv", "begin;end;speaker\n0;1;Mary\n", "no column of text among begin, end, speaker; accepted are word, "),
        (".csv", "", "it is empty"),
        (".srt", "Hello.\n", "no caption in it (a line such as 00:00:01,000 --> 00:00:02,500)"),
        (".vtt", "WEBVTT\n\nNOTE\n00:01.000 --> 00:02.000\nHi.\n", "no caption in it"),
        (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Mary></v>\n", "it holds no text"),
        (".json", "{", "it is no JSON: "),
        (".json", "[" * 100_000, "it is no JSON: "),
        (".json", '{"segments": [{"start": 0}]}', 'an item of its list has no "text" and no "word"'),
        (".json", '{"segments": []}', "no text in it; accepted are "),
    ],
    ids=[
        *("no known column", "empty", "no caption", "captions in a note", "no text", "broken json", "deep json"),
        *("segments without text", "no segments"),
    ],
)
def test_refuses(tmp_path: Path, suffix: str, source: str, says: str) -> None:
    """A transcript without a text says what is missing."""
    path = tmp_path / f"alice{suffix}"
    path.write_bytes(source.encode())
    with pytest.raises(UnreadableError) as e:
        read(path)
    assert str(e.value).startswith(says)


@pytest.mark.parametrize(
    ("data", "text", "warnings"),
    [
        ("Né".encode(), "Né", 0),
        (codecs.BOM_UTF8 + "Né".encode(), "Né", 0),
        (codecs.BOM_UTF16_LE + "Né".encode("utf-16-le"), "Né", 0),
        (codecs.BOM_UTF16_BE + "Né".encode("utf-16-be"), "Né", 0),
        (codecs.BOM_UTF32_LE + "Né".encode("utf-32-le"), "Né", 0),
        ("“Né”".encode("cp1252"), "“Né”", 1),
        (b"a\r\nb\rc\n", "a\nb\nc\n", 0),
    ],
    ids=["UTF-8", "UTF-8 with BOM", "UTF-16 LE", "UTF-16 BE", "UTF-32", "Windows-1252", "line ends"],
)
def test_decodes(data: bytes, text: str, warnings: int) -> None:
    """The encodings that captions come in are told apart; a guess is a warning."""
    decoded, said = decode(data)
    assert (decoded, len(said)) == (text, warnings)


@pytest.mark.parametrize("data", ["Né".encode("utf-16-le"), codecs.BOM_UTF16_LE + b"a"], ids=["no mark", "half"])
def test_refuses_to_guess(data: bytes) -> None:
    """What is no text in any of them is refused."""
    with pytest.raises(UnreadableError):
        decode(data)


def test_text_is_tidy(tmp_path: Path) -> None:
    """Accents are composed, invisible marks go, and every kind of space is one space."""
    path = tmp_path / "alice.json"
    path.write_text(json.dumps({"text": "e\u0301\u00a0\u200ba\u2028\u202ab\u202c\t c\ufeff 👩\u200d🚀"}))
    assert read(path)[0] == "é a b c 👩\u200d🚀"


WORDS = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z", "M"], exclude_characters="<>{}&\\\u00ad"), min_size=1
    ),
    min_size=1,
)


def _csv(words: list[str], delimiter: str) -> str:
    output = io.StringIO(newline="")
    rows = [[word, "0.1", "0.2"] for word in words]
    csv.writer(output, delimiter=delimiter).writerows([["word", "start_time", "end_time"], *rows])
    return output.getvalue()


def _time(i: int, mark: str) -> str:
    return f"{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}{mark}000"


RENDER = {
    ".srt": lambda words: "\n\n".join(
        f"{i + 1}\n{_time(i, ',')} --> {_time(i + 1, ',')}\n{html.escape(word)}" for i, word in enumerate(words)
    ),
    ".vtt": lambda words: (
        "WEBVTT\n\n"
        + "\n\n".join(f"{_time(i, '.')} --> {_time(i + 1, '.')}\n<v Mary>{word}" for i, word in enumerate(words))
    ),
    ".csv": lambda words: _csv(words, ";"),
    ".tsv": lambda words: _csv(words, "\t"),
    ".json": lambda words: json.dumps({"words": [{"word": word} for word in words]}),
}


@pytest.mark.parametrize("suffix", list(READERS))
@given(words=WORDS)
def test_every_word_comes_back(suffix: str, words: list[str]) -> None:
    """A word a caption, a row or an item: all of them come back in order, those said twice too."""
    said = unicodedata.normalize("NFC", " ".join(words))
    assert " ".join(unicodedata.normalize("NFC", READERS[suffix](RENDER[suffix](words))).split()) == said


def _folder(tmp_path: Path, *names: str, **texts: str) -> Path:
    """Recordings of these names, and transcripts in which NAME_SUFFIX says its text."""
    for name in names:
        (tmp_path / name).write_bytes(b"audio")
    for name, text in texts.items():
        (tmp_path / name.replace("_", ".")).write_text(f"00:00:00,000 --> 00:00:01,000\n{text}\n")
    return tmp_path


def _rows(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, str]]:
    """The exit status, and what became of each transcript."""
    code = main([*map(str, arguments or [folder]), "--json"])
    outcomes = json.loads(capsys.readouterr().out)
    return code, {Path(each["transcript"]).name: each["outcome"] for each in outcomes}


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in folder.glob("*.txt")}


def test_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every transcript goes to the recording of its name; what belongs to none is skipped, and other files stay."""
    folder = _folder(
        tmp_path,
        *("alice.WAV", "bob.mp3", "carol.opus", "dan.wav", "erin.v2.flac", ".hidden.wav", "gil.wav", "gil.mp3"),
        alice_srt="Alice.",
        bob_en_srt="Bob.",
        carol_opus_srt="Carol.",
        nobody_srt="Nobody.",
        erin_v2_srt="Erin.",
        _hidden_srt="Hidden.",
        gil_pt_BR_srt="unused, for pt.BR is no language",
    )
    (folder / "dan.zh-Hant.srt").write_text("00:00:00,000 --> 00:00:01,000\nDan.\n")
    code, rows = _rows(folder, capsys)
    assert (code, rows) == (
        0,
        {
            **dict.fromkeys(["alice.srt", "bob.en.srt", "carol.opus.srt", "erin.v2.srt", "dan.zh-Hant.srt"], "written"),
            **dict.fromkeys(["nobody.srt", "gil.pt.BR.srt"], "skipped"),
        },
    )
    assert _texts(folder) == {
        "alice.txt": "Alice.\n",
        "bob.txt": "Bob.\n",
        "carol.txt": "Carol.\n",
        "dan.txt": "Dan.\n",
        "erin.v2.txt": "Erin.\n",
    }


def test_names_with_accents_written_in_two_ways(tmp_path: Path) -> None:
    """The text gets the recording's own name, by which the library looks for it."""
    recording, transcript = unicodedata.normalize("NFD", "zoé"), unicodedata.normalize("NFC", "zoé")
    _folder(tmp_path, f"{recording}.wav", **{f"{transcript}_srt": "Zoé."})
    assert main([str(tmp_path)]) == 0
    assert _texts(tmp_path) == {f"{recording}.txt": "Zoé.\n"}


def test_the_best_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The transcript without a language goes before others, and srt before vtt; each recording is written once."""
    folder = _folder(tmp_path, "alice.wav", alice_de_srt="Falsch.", alice_srt="Right.", alice_vtt="Other.")
    code, rows = _rows(folder, capsys, folder, folder)
    assert (code, rows) == (0, {"alice.srt": "written", "alice.vtt": "skipped", "alice.de.srt": "skipped"})
    assert _texts(folder) == {"alice.txt": "Right.\n"}


def test_two_languages_are_not_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Which of two languages is spoken has to be said, by naming the file."""
    folder = _folder(tmp_path, "alice.wav", alice_de_srt="Ja.", alice_en_srt="Yes.")
    assert _rows(folder, capsys) == (1, {"alice.de.srt": "failed", "alice.en.srt": "failed"})
    assert _rows(folder, capsys, folder / "alice.en.srt") == (0, {"alice.en.srt": "written"})
    assert _texts(folder) == {"alice.txt": "Yes.\n"}


def test_a_text_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is replaced only with --overwrite; one that says the same is left alone."""
    folder = _folder(tmp_path, "alice.wav", alice_srt="New.")
    (folder / "alice.txt").write_text("Old.\n")
    assert _rows(folder, capsys) == (0, {"alice.srt": "kept"})
    assert _rows(folder, capsys, folder, "--overwrite", "--dry-run") == (0, {"alice.srt": "would be written"})
    assert _texts(folder) == {"alice.txt": "Old.\n"}
    assert _rows(folder, capsys, folder, "--overwrite") == (0, {"alice.srt": "written"})
    assert _rows(folder, capsys) == (0, {"alice.srt": "same"})
    assert _texts(folder) == {"alice.txt": "New.\n"}


def test_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --dry-run the folder is the same afterwards."""
    folder = _folder(tmp_path, "alice.wav", alice_srt="Alice.")
    before = sorted(folder.iterdir())
    assert _rows(folder, capsys, folder, "--dry-run") == (0, {"alice.srt": "would be written"})
    assert sorted(folder.iterdir()) == before


def test_what_fails_stops_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others are done, the table says why, no part of a file is left, and the exit status is 1."""
    folder = _folder(tmp_path, "alice.wav", "bob.wav", "carol.wav", bob_srt="Bob.", lone_srt="Lone.")
    (folder / "alice.csv").write_text("speaker\nMary\n")
    (folder / "carol.txt").mkdir()
    (folder / "carol.json").write_text('{"text": "Carol."}')
    given = [folder, folder / "lone.srt", folder / "gone.srt", folder / "bob.wav"]
    assert main(list(map(str, given))) == 1
    table = capsys.readouterr().out.splitlines()
    assert table[0].split() == ["outcome", "characters", "transcript", "notes"]
    assert [(line.split()[0], line.split(f"{folder}/")[1].split()[0]) for line in table[1:]] == [
        ("skipped", "lone.srt"),
        ("failed", "lone.srt"),
        ("failed", "gone.srt"),
        ("failed", "bob.wav"),
        ("failed", "alice.csv"),
        ("written", "bob.srt"),
        ("failed", "carol.json"),
    ]
    assert "no column of text among speaker; accepted are word, " in table[5]
    assert [path.name for path in folder.iterdir() if "partial" in path.name] == []
    assert (folder / "bob.txt").read_text() == "Bob.\n"


def test_warnings_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A guessed encoding and a text over the limit are written, with a note each."""
    folder = _folder(tmp_path, "alice.wav")
    (folder / "alice.srt").write_bytes(b"00:00:00,000 --> 00:00:01,000\n" + "é".encode("cp1252") * 10001)
    assert main([str(folder), "--json"]) == 0
    (outcome,) = json.loads(capsys.readouterr().out)
    assert outcome == {
        "transcript": f"{folder}/alice.srt",
        "text_file": f"{folder}/alice.txt",
        "outcome": "written",
        "characters": 10001,
        "notes": [
            "not UTF-8, read as Windows-1252: look at its accents",
            "over 10000 characters: a worker does not use it; a voice keeps 12 s of speech",
        ],
    }


def test_from_any_folder(tmp_path: Path) -> None:
    """The program runs where it is called, with paths from there, in any locale; --help says what it reads."""
    folder = _folder(tmp_path, "zoé.wav", zoé_srt="Zoé.")
    command = [sys.executable, str(ROOT / "scripts/convert_transcriptions.py")]
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    result = subprocess.run([*command, "."], cwd=folder, env=environment, capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert (folder / "zoé.txt").read_text() == "Zoé.\n"
    shown = subprocess.run([*command, "--help"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert all(suffix in shown for suffix in (*READERS, "--dry-run", "--overwrite"))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without transcripts is no failure, and is said."""
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "No transcript found; they end in .srt, .vtt, .csv, .tsv, .json.\n"
