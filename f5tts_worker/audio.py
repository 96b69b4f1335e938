"""Audio: mono samples with their rate; files in and out of them; levels and pauses.

Bytes that a stranger sent are read by ffmpeg in a child process, never by a library in ours.
"""

import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from .errors import AudioTooLong, InvalidAudio, LoadError

Samples = NDArray[np.float32]

SAMPLE_RATE = 24_000
"""Hertz; what F5-TTS hears and speaks, and so every engine here."""

FRAME_MS = 10
"""Levels are measured over frames of this length."""

READABLE = "wav, mp3, flac, ogg, m4a, aac, opus or webm"

# ffmpeg guesses a file's type from its content. Without this list a "recording" could be a playlist that names
# files of this machine or addresses of its network.
DEMUXERS = "wav,mp3,flac,ogg,mov,aac,matroska"

# Higher rates are halved down while reading: ten minutes at 48 kHz are 115 MB, at 384 kHz 920 MB.
INPUT_RATES = "8000|11025|12000|16000|22050|24000|32000|44100|48000"

# rematrix_maxval: without it the channels' sum comes 3 dB louder than their mean, and past full scale.
TO_MONO = f"aresample=rematrix_maxval=1,aformat=sample_rates={INPUT_RATES}:channel_layouts=mono"

# For stereo of which one channel is inverted: its mean is silence.
FIRST_CHANNEL = f"pan=mono|c0=c0,aformat=sample_rates={INPUT_RATES}"

FFMPEG_TIMEOUT_S = 120


@dataclass(frozen=True, eq=False)
class Audio:
    """Mono audio."""

    samples: Samples
    """(n_samples,), in [-1, 1]."""
    rate: int
    """Hertz."""

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate

    @cached_property
    def levels_db(self) -> NDArray[np.float64]:
        """RMS of each whole frame of 10 ms in dBFS, (n_frames,); digital silence is -200."""
        return self.levels_db_over(FRAME_MS)

    def levels_db_over(self, frame_ms: int) -> NDArray[np.float64]:
        """RMS of each whole frame of `frame_ms` in dBFS."""
        n_frames = len(self.samples) * 1000 // (self.rate * frame_ms)
        edges = np.arange(n_frames + 1) * self.rate * frame_ms // 1000  # at 22050 Hz 220 and 221 samples in turn
        squares = np.square(self.samples[: edges[-1]], dtype=np.float64)
        power = np.add.reduceat(squares, edges[:-1]) / np.diff(edges)
        levels: NDArray[np.float64] = 10 * np.log10(np.maximum(power, 1e-20))
        return levels

    def slice_ms(self, start_ms: int, end_ms: int) -> "Audio":
        """The part between two times."""
        return Audio(self.samples[start_ms * self.rate // 1000 : end_ms * self.rate // 1000], self.rate)


@dataclass(frozen=True)
class AudioFormat:
    """A kind of audio file that the worker writes."""

    content_type: str
    ffmpeg: tuple[str, ...]
    """Arguments that write it; none for wav."""


AUDIO_FORMATS = {
    "wav": AudioFormat("audio/wav", ()),
    "mp3": AudioFormat("audio/mpeg", ("-c:a", "libmp3lame", "-b:a", "128k", "-f", "mp3")),
    "flac": AudioFormat("audio/flac", ("-c:a", "flac", "-sample_fmt", "s16", "-f", "flac")),
    "ogg": AudioFormat("audio/ogg", ("-c:a", "libvorbis", "-q:a", "5", "-f", "ogg")),
    "opus": AudioFormat("audio/ogg", ("-c:a", "libopus", "-b:a", "64k", "-vbr", "constrained", "-f", "opus")),
}


@cache
def ffmpeg_path() -> str:
    """The ffmpeg on the PATH, else the one that the imageio-ffmpeg package carries."""
    on_path = shutil.which("ffmpeg")
    if on_path:
        return on_path
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as e:
        raise LoadError("no ffmpeg: not on the PATH and not in the imageio-ffmpeg package; install either") from e


def _run_ffmpeg(
    *arguments: str, data: bytes | None = None, timeout_s: float = FFMPEG_TIMEOUT_S
) -> subprocess.CompletedProcess[bytes]:
    command = [ffmpeg_path(), "-nostdin", "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, input=data, capture_output=True, timeout=timeout_s, check=False)


def decode(data: bytes, *, max_s: float, to_mono: str = TO_MONO) -> Audio:
    """Read a file of any format in READABLE, mixed down to mono at its own rate (48 kHz at most).

    `to_mono` FIRST_CHANNEL leaves the other channels out.

    Raises InvalidAudio if it is no such file, AudioTooLong if it is longer than `max_s`. No more than that is
    ever decoded: 50 MB of Opus can hold 18 hours.
    """
    with tempfile.TemporaryDirectory(prefix="f5tts-") as folder:  # m4a keeps its index at the end: needs a file
        path = Path(folder) / "recording"
        path.write_bytes(data)
        try:
            result = _run_ffmpeg(
                *("-protocol_whitelist", "file", "-format_whitelist", DEMUXERS, "-i", str(path)),
                *("-map", "0:a:0", "-t", str(max_s + 1), "-af", to_mono),
                *("-c:a", "pcm_f32le", "-f", "wav", "pipe:1"),
            )
        except subprocess.TimeoutExpired as e:
            raise InvalidAudio(f"the recording took over {FFMPEG_TIMEOUT_S} s to decode; send it as wav or mp3") from e
    if result.returncode != 0 or not result.stdout:
        raise InvalidAudio(f"the {len(data)} bytes could not be read as audio; send {READABLE}")
    audio = decode_wav(result.stdout)
    np.clip(audio.samples, -1, 1, out=audio.samples)  # float files and lossy ones go past full scale
    if audio.duration_s > max_s:
        raise AudioTooLong(
            f"the recording is longer than {max_s:g} s; cut it: 5 to 12 s of clear speech make the best voice",
            max_s=max_s,
        )
    return audio


def decode_wav(data: bytes) -> Audio:
    """Read a WAV file of our own making."""
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return Audio(np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32)), int(rate))


def encode(audio: Audio, audio_format: str) -> bytes:
    """Write a file in one of AUDIO_FORMATS; wav is 16 bit."""
    buffer = io.BytesIO()
    steps = np.clip(np.rint(audio.samples * 32768), -32768, 32767).astype(np.int16)  # soundfile would round down
    soundfile.write(buffer, steps, audio.rate, format="WAV", subtype="PCM_16")
    arguments = AUDIO_FORMATS[audio_format].ffmpeg
    if not arguments:
        return buffer.getvalue()
    with tempfile.TemporaryDirectory(prefix="f5tts-") as folder:
        # Into a file, not a pipe: the encoder's delay and the length are written into the header at the end, and a
        # player that does not find them there plays an mp3 50 ms late.
        path = Path(folder) / "encoded"
        timeout_s = max(FFMPEG_TIMEOUT_S, audio.duration_s)
        result = _run_ffmpeg(
            "-f", "wav", "-i", "pipe:0", *arguments, str(path), data=buffer.getvalue(), timeout_s=timeout_s
        )
        if result.returncode != 0:
            raise RuntimeError(f"ffmpeg could not write {audio_format}: {result.stderr.decode(errors='replace')}")
        return path.read_bytes()


def resample(audio: Audio, rate: int) -> Audio:
    """The same audio at another rate."""
    if audio.rate == rate:
        return audio
    return Audio(soxr.resample(audio.samples, audio.rate, rate).astype(np.float32, copy=False), rate)


def join(parts: list[Audio]) -> Audio:
    """Audio one after another; all of one rate."""
    return Audio(np.concatenate([part.samples for part in parts]), parts[0].rate)


@dataclass(frozen=True)
class Span:
    """A stretch of time."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms


def pauses(audio: Audio, *, below_db: float, min_ms: int) -> list[Span]:
    """Stretches of at least `min_ms` in which every frame is below `below_db` dBFS, in order, edges included."""
    quiet = np.concatenate([[False], audio.levels_db < below_db, [False]])
    turns = np.flatnonzero(np.diff(quiet.astype(np.int8))) * FRAME_MS
    spans = [Span(int(start), int(end)) for start, end in zip(turns[::2], turns[1::2], strict=True)]
    return [span for span in spans if span.length_ms >= min_ms]


def shorten_pauses(audio: Audio, *, below_db: float, longest_ms: int) -> tuple[Audio, list[Span]]:
    """Cut the middle out of each pause longer than `longest_ms`; also returns what was cut."""
    half = longest_ms // 2
    cut = [
        Span(span.start_ms + half, span.end_ms - (longest_ms - half))
        for span in pauses(audio, below_db=below_db, min_ms=longest_ms + FRAME_MS)
    ]
    if not cut:
        return audio, []
    edges = [0, *(edge for span in cut for edge in (span.start_ms, span.end_ms))]
    kept = [audio.slice_ms(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    tail = Audio(audio.samples[cut[-1].end_ms * audio.rate // 1000 :], audio.rate)
    return join([*kept, tail]), cut


@cache
def ffmpeg_version() -> str:
    """Which ffmpeg is in use."""
    first_line = _run_ffmpeg("-version").stdout.decode(errors="replace").split("\n", 1)[0]
    return first_line.removeprefix("ffmpeg version ").split(" ")[0]
