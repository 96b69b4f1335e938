"""Encoding: samples, as they come, into a file of a format."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .audio import AUDIO_FORMATS, Samples
from .ffmpeg_run import FfmpegRun
from .job import heed_stop
from .riff import wav_head
from .tags import ffmpeg_tags

MPEG_1 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG_2 = (32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
MPEG_2_5 = (32, 40, 48, 56, 64)
MP3_DEFAULT = 128


def mp3_bitrates(rate: int) -> tuple[int, ...]:
    """The kbit/s, from 32 on, that an mp3 of this rate can have."""
    return MPEG_1 if rate >= 32_000 else MPEG_2 if rate >= 16_000 else MPEG_2_5


@dataclass(frozen=True)
class Encoding:
    """How a file is written. The same samples give the same bytes."""

    audio_format: str
    rate: int
    """Hertz."""
    bitrate_kbps: int | None
    tags: Mapping[str, str]

    def write(self, path: Path, blocks: Iterable[Samples], filters: str = "") -> None:
        """Write a file; `filters` are done by ffmpeg to samples that were not rounded to 16 bits before."""
        data = ((block if filters else _steps(block)).tobytes() for block in blocks)
        arguments = [*raw_input(self.rate, "f32le" if filters else "s16le"), *(["-af", filters] if filters else [])]
        if self.audio_format == "wav":
            self._write_wav(path, data, arguments)
            return
        with FfmpegRun(*arguments, *self._output, str(path)) as run:
            run.feed(data)

    def _write_wav(self, path: Path, data: Iterable[bytes], arguments: list[str]) -> None:
        """Put the samples behind a head of which nothing but the lengths is missing; by ffmpeg only to be filtered."""
        with path.open("wb") as file:
            start = file.write(wav_head(self.rate, 0, self.tags))
            file.flush()
            if "-af" in arguments:
                with FfmpegRun(*arguments, "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1", output=file) as run:
                    run.feed(data)
            else:
                for block in data:
                    heed_stop()
                    file.write(block)
            n_bytes = file.seek(0, os.SEEK_END) - start
            file.seek(0)
            file.write(wav_head(self.rate, n_bytes, self.tags))

    @property
    def _output(self) -> list[str]:
        """What ffmpeg is to write."""
        bitrate, more = self.bitrate_kbps, []
        if self.audio_format == "mp3":
            bitrate = bitrate or min(MP3_DEFAULT, mp3_bitrates(self.rate)[-1])
            more = ["-id3v2_version", "3"]  # not every player knows version 4
        return [
            *AUDIO_FORMATS[self.audio_format].ffmpeg,
            *(["-b:a", f"{bitrate}k"] if bitrate else []),
            *more,
            *("-flags", "+bitexact", "-fflags", "+bitexact"),  # no versions, and no random number in an ogg
            *ffmpeg_tags(self.tags),
        ]


def raw_input(rate: int, sample_format: str) -> tuple[str, ...]:
    """Arguments of ffmpeg for mono samples that it is fed."""
    return ("-f", sample_format, "-ar", str(rate), "-ac", "1", "-i", "pipe:0")


def _steps(samples: Samples) -> np.ndarray:
    return np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2")
