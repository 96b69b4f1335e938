"""Audio: files in and out, levels and pauses."""

import io
import socket
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import ffmpeg, fit, recode, silence, sweep, tone, tones_and_silences, wav

from f5tts_worker.audio import (
    AUDIO_FORMATS,
    Audio,
    Span,
    decode,
    decode_wav,
    encode,
    ffmpeg_version,
    join,
    pauses,
    resample,
    shorten_pauses,
)
from f5tts_worker.errors import AudioTooLong, InvalidAudio

LENGTH_MS = 2_000
VIDEO = ("-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=2", "-map", "1:v", "-map", "0:a")

WAVS = {
    "8 bit": (24_000, 1, "PCM_U8"),
    "16 bit, 8 kHz": (8_000, 1, "PCM_16"),
    "16 bit, 11025 Hz": (11_025, 1, "PCM_16"),
    "16 bit, 22050 Hz stereo": (22_050, 2, "PCM_16"),
    "16 bit, 44100 Hz stereo": (44_100, 2, "PCM_16"),
    "24 bit, 48 kHz": (48_000, 1, "PCM_24"),
    "float, 32 kHz stereo": (32_000, 2, "FLOAT"),
    "double, 16 kHz": (16_000, 1, "DOUBLE"),
    "16 bit, 96 kHz": (96_000, 1, "PCM_16"),
    "float, 96 kHz stereo": (96_000, 2, "FLOAT"),
    "24 bit, 48 kHz, 6 channels": (48_000, 6, "PCM_24"),
}

OTHERS = {
    "mp3": (44_100, 44_100, 2, "x.mp3", ()),
    "mp3 22050 Hz, 48 kb/s": (22_050, 22_050, 1, "x.mp3", ("-b:a", "48k")),
    "flac": (48_000, 48_000, 2, "x.flac", ()),
    "flac 96 kHz": (96_000, 48_000, 2, "x.flac", ()),
    "ogg vorbis": (44_100, 44_100, 2, "x.ogg", ("-c:a", "libvorbis")),
    "ogg opus": (16_000, 48_000, 1, "x.opus", ("-c:a", "libopus", "-b:a", "96k")),
    "m4a": (44_100, 44_100, 2, "x.m4a", ("-c:a", "aac")),
    "m4a alac": (24_000, 24_000, 1, "x.m4a", ("-c:a", "alac")),
    "aac adts": (44_100, 44_100, 1, "x.aac", ("-c:a", "aac")),
    "webm opus": (48_000, 48_000, 1, "x.webm", ("-c:a", "libopus", "-b:a", "96k")),
    "webm with video": (48_000, 48_000, 1, "x.webm", (*VIDEO, "-c:v", "libvpx", "-c:a", "libopus", "-b:a", "96k")),
    "mp4 with video": (44_100, 44_100, 2, "x.mp4", (*VIDEO, "-c:v", "mpeg4", "-c:a", "aac")),
}


def _channels(mono: Audio, n: int) -> np.ndarray:
    """The signal in every channel, so that its mean over them is the signal."""
    return np.stack([mono.samples] * n, axis=1)


def _is_the_sweep(heard: Audio, rate: int, late_s: float = 0.06) -> None:
    correlation, gain, late = fit(heard, sweep(LENGTH_MS, rate))
    assert heard.rate == rate
    assert heard.samples.dtype == np.float32
    assert heard.samples.ndim == 1
    assert heard.duration_s == pytest.approx(LENGTH_MS / 1000, abs=0.06)
    assert correlation > 0.99
    assert gain == pytest.approx(1, abs=0.06)  # lame lowers everything by 5 %
    assert abs(late) <= late_s


@pytest.mark.parametrize(("rate", "n_channels", "subtype"), WAVS.values(), ids=WAVS)
def test_decodes_wav(rate: int, n_channels: int, subtype: str) -> None:
    """Every depth, rate and number of channels is heard in full, in time and at its level; 96 kHz becomes 48."""
    data = wav(_channels(sweep(LENGTH_MS, rate), n_channels), rate, subtype)
    _is_the_sweep(decode(data, max_s=10), min(rate, 48_000), late_s=0.001)


@pytest.mark.parametrize(("rate", "heard_rate", "n_channels", "name", "arguments"), OTHERS.values(), ids=OTHERS)
def test_decodes_other_formats(
    rate: int, heard_rate: int, n_channels: int, name: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """Every other format, made by ffmpeg itself, is heard in full, in time and at its level."""
    data = recode(wav(_channels(sweep(LENGTH_MS, rate), n_channels), rate), tmp_path / name, *arguments)
    _is_the_sweep(decode(data, max_s=10), heard_rate)


def test_stereo_is_the_mean_of_its_channels() -> None:
    """A voice on one channel only is heard at half its level, and a full-scale one on both is not clipped."""
    loud = sweep(LENGTH_MS, 24_000, level=1.0).samples
    one_sided = decode(wav(np.stack([loud, 0 * loud], axis=1), 24_000), max_s=10).samples
    both = decode(wav(np.stack([loud, loud], axis=1), 24_000), max_s=10).samples
    np.testing.assert_allclose(one_sided, loud / 2, atol=1e-4)
    np.testing.assert_allclose(both, loud, atol=1e-4)


def test_samples_stay_in_full_scale() -> None:
    """A float file that goes past full scale is clipped to [-1, 1]."""
    heard = decode(wav(tone(500, level=3.0).samples, 24_000, "FLOAT"), max_s=10).samples
    np.testing.assert_array_equal(heard, np.clip(tone(500, level=3.0).samples, -1, 1))


def _video_without_audio() -> bytes:
    return ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-f", "matroska", "pipe:1").stdout


def _picture() -> bytes:
    return ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1", "-f", "apng", "pipe:1").stdout


REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "text": lambda: b"This is no audio at all.\n" * 100,
    "html": lambda: b"<!DOCTYPE html><html><head><title>404</title></head><body>Not found</body></html>",
    "noise": lambda: np.random.default_rng(0).bytes(20_000),
    "png": _picture,
    "wav cut in its header": lambda: wav(tone(500).samples, 24_000)[:30],
    "flac cut in its header": lambda: encode(tone(500), "flac")[:30],
    "mp3 of two frames' headers": lambda: encode(tone(500), "mp3")[:8],
    "video without audio": _video_without_audio,
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
def test_refuses_what_is_no_audio(make: Callable[[], bytes]) -> None:
    """What is no audio is refused with what is accepted, and no word of ffmpeg's."""
    data = make()
    with pytest.raises(InvalidAudio) as refusal:
        decode(data, max_s=10)
    assert (
        refusal.value.message == f"the {len(data)} bytes could not be read as audio; "
        "send wav, mp3, flac, ogg, m4a, aac, opus or webm"
    )


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
    "m3u8 of m3u8": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=9\n{target}\n",
    "ffconcat": "ffconcat version 1.0\nfile '{target}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns={target}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" minBufferTime="PT1S" '
    'mediaPresentationDuration="PT2S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet '
    'contentType="audio" mimeType="audio/mp4"><Representation id="1" bandwidth="64000" codecs="mp4a.40.2">'
    "<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "pls": "[playlist]\nFile1={target}\nNumberOfEntries=1\n",
}


@pytest.fixture(scope="module")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of somebody else."""
    path = tmp_path_factory.mktemp("secret") / "secret.m4a"
    recode(wav(tone(2_000).samples, 24_000), path, "-c:a", "aac")
    return path


@pytest.mark.parametrize("target", ["path", "file url", "http url"])
@pytest.mark.parametrize("playlist", PLAYLISTS.values(), ids=PLAYLISTS)
def test_reads_no_file_that_a_recording_names(playlist: str, target: str, secret: Path) -> None:
    """A playlist that passes for a recording is refused, and nothing is asked of the file or address in it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        targets = {"path": str(secret), "file url": secret.as_uri(), "http url": f"http://127.0.0.1:{port}/secret.m4a"}
        with pytest.raises(InvalidAudio):
            decode(playlist.format(target=targets[target], port=port).encode(), max_s=10)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_the_playlist_trap_is_real(secret: Path, tmp_path: Path) -> None:
    """Left to itself, ffmpeg does read the file that a playlist names."""
    if b" dash " not in ffmpeg("-demuxers").stdout:
        pytest.skip("this ffmpeg was built without its reader of dash playlists")
    playlist = tmp_path / "recording"
    playlist.write_text(PLAYLISTS["dash"].format(target=secret))
    assert len(ffmpeg("-i", str(playlist), "-f", "wav", "pipe:1").stdout) > 80_000


@pytest.mark.parametrize("name", ["x.aiff", "x.au", "x.w64", "x.avi", "x.ts"])
def test_reads_no_other_formats(name: str, tmp_path: Path) -> None:
    """What ffmpeg could read beyond the promised formats is refused: each more is a parser to be attacked."""
    data = recode(wav(tone(1_000).samples, 24_000), tmp_path / name)
    with pytest.raises(InvalidAudio):
        decode(data, max_s=10)


BOMBS = {
    "opus of an hour": ("3600", ("libopus", "-b:a", "500", "-dtx", "1", "-frame_duration", "120", "-f", "opus")),
    "flac of two hours": ("7200", ("flac", "-frame_size", "65535", "-f", "flac")),
}


@pytest.mark.parametrize(("length_s", "encoder"), BOMBS.values(), ids=BOMBS)
def test_decodes_no_more_than_the_limit(length_s: str, encoder: tuple[str, ...]) -> None:
    """Hours of silence in a small file are refused after `max_s` of them were decoded, in time and memory."""
    data = ffmpeg("-f", "lavfi", "-i", f"anullsrc=r=8000:cl=mono:d={length_s}", "-c:a", *encoder, "pipe:1").stdout
    assert 1_000 < len(data) < 200_000
    tracemalloc.start()
    started = time.monotonic()
    with pytest.raises(AudioTooLong, match="longer than 5 s") as refusal:
        decode(data, max_s=5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.monotonic() - started < 5
    assert peak < 5 * (6 * 48_000 * 4)  # all of the opus would be 691 MB
    assert refusal.value.details == {"max_s": 5}


@pytest.mark.parametrize(("length_ms", "max_s"), [(3_000, 3), (2_990, 3), (3_010, 3.01)])
def test_the_limit_itself_is_accepted(length_ms: int, max_s: float) -> None:
    """A recording as long as the limit is read whole."""
    assert len(decode(wav(tone(length_ms).samples, 24_000), max_s=max_s).samples) == length_ms * 24


CODECS = {"wav": "pcm_s16le", "mp3": "mp3", "flac": "flac", "ogg": "vorbis", "opus": "opus"}


@pytest.mark.parametrize("audio_format", AUDIO_FORMATS)
def test_encoded_files_are_read_by_others(audio_format: str, tmp_path: Path) -> None:
    """ffmpeg names the codec, and libsndfile and ffmpeg hear the same audio: as long, as loud, and no ms late."""
    path = tmp_path / f"speech.{audio_format}"
    path.write_bytes(encode(sweep(LENGTH_MS, 24_000), audio_format))
    description = ffmpeg("-i", str(path)).stderr.decode()
    assert f"Audio: {CODECS[audio_format]}" in description
    assert "24000 Hz, mono" in description or (audio_format == "opus" and "48000 Hz, mono" in description)
    assert ", s16" in description or audio_format in ("mp3", "ogg", "opus")
    samples, rate = soundfile.read(path, dtype="float32")
    for heard in (decode(path.read_bytes(), max_s=10), Audio(samples, rate)):
        _is_the_sweep(resample(heard, 24_000), 24_000, late_s=0.001)


def test_wav_keeps_every_16_bit_sample() -> None:
    """All 65536 values of a sample survive a wav file, and those between go to the nearest."""
    every = np.arange(-32_768, 32_768, dtype=np.float32) / 32_768
    np.testing.assert_array_equal(decode_wav(encode(Audio(every, 24_000), "wav")).samples, every)
    between = np.random.default_rng(0).uniform(-1, 32_767 / 32_768, 10_000).astype(np.float32)
    heard = decode_wav(encode(Audio(between, 24_000), "wav")).samples
    np.testing.assert_allclose(heard, between, rtol=0, atol=0.5 / 32_768 + 1e-7)


@pytest.mark.parametrize("audio_format", ["wav", "flac"])
def test_encoding_clips(audio_format: str) -> None:
    """What is past full scale becomes full scale, and does not wrap around."""
    loud = np.array([0, 0.5, 1, 1.5, 100, -1, -1.5, -100] * 1000, np.float32)
    heard = decode(encode(Audio(loud, 24_000), audio_format), max_s=10).samples
    np.testing.assert_allclose(heard, np.clip(loud, -1, 1), atol=1 / 32_768)


def test_leaves_no_files_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stays in the temporary folder, whether a file was read, refused or written."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    decode(encode(tone(500), "mp3"), max_s=1)
    for wrong, error in ((b"no audio", InvalidAudio), (encode(tone(3_000), "opus"), AudioTooLong)):
        with pytest.raises(error):
            decode(wrong, max_s=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("to_rate", [8_000, 16_000, 22_050, 24_000, 48_000])
@pytest.mark.parametrize("from_rate", [11_025, 16_000, 24_000, 44_100])
def test_resampling_keeps_length_and_pitch(from_rate: int, to_rate: int) -> None:
    """The same audio at another rate lasts as long and has its tone at the same frequency and level."""
    heard = resample(tone(1_000, from_rate, hz=1_000), to_rate)
    spectrum = np.abs(np.fft.rfft(heard.samples * np.hanning(len(heard.samples))))
    assert heard.rate == to_rate
    assert heard.duration_s == pytest.approx(1, abs=2 / to_rate)
    assert np.argmax(spectrum) * to_rate / len(heard.samples) == pytest.approx(1_000, abs=1)
    assert np.sqrt(np.mean(np.square(heard.samples))) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


LEVELS = {
    "digital silence": (silence(55), [-200] * 5),
    "full scale sine": (tone(20, hz=500, level=1.0), [-3.01] * 2),
    "a tenth of it": (tone(20, hz=500, level=0.1), [-23.01] * 2),
    "full scale": (Audio(np.ones(240, np.float32), 24_000), [0]),
    "no whole frame": (Audio(np.ones(239, np.float32), 24_000), []),
    "nothing": (silence(0), []),
}


@pytest.mark.parametrize(("audio", "expected"), LEVELS.values(), ids=LEVELS)
def test_levels(audio: Audio, expected: list[float]) -> None:
    """Each whole 10 ms has its RMS level, and silence has a finite one."""
    np.testing.assert_allclose(audio.levels_db, expected, atol=0.01)


PAUSES = {
    "none": ([1_000], []),
    "too short": ([1_000, 290, 1_000], []),
    "just long enough": ([1_000, 300, 1_000], [(1_000, 1_300)]),
    "at the start": ([0, 400, 1_000], [(0, 400)]),
    "at the end": ([1_000, 400], [(1_000, 1_400)]),
    "several": ([500, 310, 20, 900, 100, 40, 700], [(500, 810), (830, 1_730)]),
    "nothing else": ([0, 2_000], [(0, 2_000)]),
    "late in a long recording": ([60_000, 500, 1_000], [(60_000, 60_500)]),
}


@pytest.mark.parametrize("rate", [24_000, 48_000, 11_025, 22_050])
@pytest.mark.parametrize(("lengths_ms", "expected"), PAUSES.values(), ids=PAUSES)
def test_pauses(lengths_ms: list[int], expected: list[tuple[int, int]], rate: int) -> None:
    """Every pause that is long enough is found, exactly, at every rate."""
    found = pauses(tones_and_silences(*lengths_ms, rate=rate), below_db=-50, min_ms=300)
    assert found == [Span(start, end) for start, end in expected]


SHORTENED = {
    "none": ([500], [500], []),
    "as long as allowed": ([500, 1_000, 500], [500, 1_000, 500], []),
    "a frame longer": ([500, 1_010, 500], [500, 1_000, 500], [(1_000, 1_010)]),
    "in the middle": ([500, 3_000, 500], [500, 1_000, 500], [(1_000, 3_000)]),
    "at the start": ([0, 2_500, 500], [0, 1_000, 500], [(500, 2_000)]),
    "at the end": ([500, 2_500], [500, 1_000], [(1_000, 2_500)]),
    "several": ([100, 1_500, 300, 900, 200, 4_000], [100, 1_000, 300, 900, 200, 1_000], [(600, 1_100), (3_500, 6_500)]),
    "nothing else": ([0, 3_000], [0, 1_000], [(500, 2_500)]),
}


@pytest.mark.parametrize(("lengths_ms", "kept_ms", "cut"), SHORTENED.values(), ids=SHORTENED)
def test_shortens_pauses(lengths_ms: list[int], kept_ms: list[int], cut: list[tuple[int, int]]) -> None:
    """Pauses over 1 s become 1 s, all else keeps its samples, and what was cut is told."""
    original = tones_and_silences(*lengths_ms)
    shortened, spans = shorten_pauses(original, below_db=-50, longest_ms=1_000)
    assert spans == [Span(start, end) for start, end in cut]
    assert len(shortened.samples) == sum(kept_ms) * 24
    kept = np.ones(len(original.samples), bool)
    for start, end in cut:
        kept[start * 24 : end * 24] = False
    np.testing.assert_array_equal(shortened.samples, original.samples[kept])


@settings(deadline=None)
@given(st.lists(st.integers(1, 60).map(lambda frames: frames * 10), min_size=1, max_size=12), st.integers(0, 239))
def test_no_pause_stays_too_long(lengths_ms: list[int], odd_samples: int) -> None:
    """After the cut no pause is longer than allowed, and the length is the old one less what was cut."""
    original = join([tones_and_silences(*lengths_ms), Audio(np.zeros(odd_samples, np.float32), 24_000)])
    shortened, cut = shorten_pauses(original, below_db=-50, longest_ms=200)
    assert pauses(shortened, below_db=-50, min_ms=210) == []
    assert len(original.samples) - len(shortened.samples) == 24 * sum(span.length_ms for span in cut)


def test_names_its_ffmpeg() -> None:
    """The version of ffmpeg is one short word."""
    assert 0 < len(ffmpeg_version()) < 60
    assert not set(ffmpeg_version()) & set(" \n")


def test_decode_wav_mixes_down() -> None:
    """A stereo wav of our own becomes the mean of its channels."""
    left, right = tone(100).samples, tone(100, hz=660).samples
    buffer = io.BytesIO(wav(np.stack([left, right], axis=1), 24_000, "FLOAT"))
    np.testing.assert_allclose(decode_wav(buffer.getvalue()).samples, (left + right) / 2, atol=1e-6)
