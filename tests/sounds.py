"""Test signals, and the real tools to write, read and compare them."""

import importlib.util
import io
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from f5tts_worker.audio import SAMPLE_RATE, Audio, Samples, decode_wav, ffmpeg_path

BASIC_TEXT = "Some call me nature, others call me mother nature."


def tone(length_ms: int, rate: int = SAMPLE_RATE, *, hz: float = 440, level: float = 0.5) -> Audio:
    """A sine; `level` is its peak."""
    time = np.arange(length_ms * rate // 1000) / rate
    return Audio((level * np.sin(2 * np.pi * hz * time)).astype(np.float32), rate)


def silence(length_ms: int, rate: int = SAMPLE_RATE) -> Audio:
    """Digital silence."""
    return Audio(np.zeros(length_ms * rate // 1000, np.float32), rate)


def tones_and_silences(*lengths_ms: int, rate: int = SAMPLE_RATE, level: float = 0.5) -> Audio:
    """A tone, a silence, a tone, ... of these lengths, each beginning on a whole sample of the sum so far."""
    samples = tone(sum(lengths_ms), rate, level=level).samples
    at_ms = 0
    for i, length_ms in enumerate(lengths_ms):
        if i % 2:
            samples[at_ms * rate // 1000 : (at_ms + length_ms) * rate // 1000] = 0
        at_ms += length_ms
    return Audio(samples, rate)


def sweep(length_ms: int, rate: int, *, level: float = 0.8) -> Audio:
    """A rising tone, 150 to 3000 Hz, whose loudness swells three times a second: it fits itself in one place only."""
    time = np.arange(length_ms * rate // 1000) / rate
    rising = signal.chirp(time, 150, length_ms / 1000, 3000, method="logarithmic")
    return Audio((level * rising * (0.6 + 0.4 * np.sin(6 * np.pi * time))).astype(np.float32), rate)


def fit(heard: Audio, original: Audio) -> tuple[float, float, float]:
    """How `heard` fits `original`, of one rate: correlation where it fits best, gain there, and how late it is in s."""
    both = signal.correlate(heard.samples.astype(np.float64), original.samples.astype(np.float64), method="fft")
    late = int(np.argmax(both)) - (len(original.samples) - 1)
    a, b = (heard.samples[max(late, 0) :], original.samples[max(-late, 0) :])
    a, b = a[: min(len(a), len(b))].astype(np.float64), b[: min(len(a), len(b))].astype(np.float64)
    return float(a @ b / np.sqrt((a @ a) * (b @ b))), float(a @ b / (b @ b)), late / heard.rate


def wav(samples: Samples, rate: int, subtype: str = "PCM_16") -> bytes:
    """A wav file; `samples` (n_samples,) or (n_samples, n_channels)."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV", subtype=subtype)
    return buffer.getvalue()


def ffmpeg(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the real ffmpeg; `data` is its pipe:0."""
    return subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-y", *arguments], input=data, capture_output=True, check=False
    )


def recode(data: bytes, path: Path, *arguments: str) -> bytes:
    """What ffmpeg makes of a wav file with these output arguments, by way of the file `path`."""
    result = ffmpeg("-i", "pipe:0", *arguments, str(path), data=data)
    assert result.returncode == 0, result.stderr.decode()
    return path.read_bytes()


def human_recording(name: str = "basic_ref_en.wav") -> Audio:
    """A recording of a person from the f5-tts package; the English one says BASIC_TEXT."""
    spec = importlib.util.find_spec("f5_tts")
    assert spec and spec.submodule_search_locations
    return decode_wav((Path(spec.submodule_search_locations[0]) / "infer/examples/basic" / name).read_bytes())
