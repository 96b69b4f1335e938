"""A sheet of captions as ffmpeg burns them in: every style, and every preset.

    python -m benchmarks.caption_sheet docs/captions.png

espeak-ng speaks the text, so the times are those of a real voice.
"""

import argparse
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from f5tts_worker import espeak
from f5tts_worker.audio import ffmpeg_path
from f5tts_worker.subtitles import FORMATS, PRESETS, STYLE_PRESETS, CaptionOptions, Captions, Look, make_cues
from f5tts_worker.words import Word

mpl.use("Agg")

from matplotlib import pyplot as plt  # the backend has to be chosen first

TEXT = "Write one sentence, and every word is on the screen at the moment it is spoken."
FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"
SHOWN_WIDTH, SHOWN_HEIGHT = 432, 768
COVERED = 0.2  # of the height, at the bottom: by the buttons and titles of apps for short videos
NEON = replace(PRESETS["bold"], color="#FFFFFF", highlight="#39FF88", outline_color="#12002E", size=170)

Picture = NDArray[np.uint8]
"""(height, width, 3)."""

PICTURES: list[tuple[str, str, Look, str]] = [
    *((f"{style}\npreset {name}", style, PRESETS[name], "moment") for style, name in STYLE_PRESETS.items()),
    ("pop\npreset bold, own look", "pop", NEON, "screen"),
    *((f"karaoke\npreset {name}", "karaoke", look, "is") for name, look in PRESETS.items()),
]
"""Title, style, look, and the word at whose middle the picture is taken."""


def main() -> None:
    """Burn and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.caption_sheet", description=__doc__)
    parser.add_argument("picture", type=Path, help="a .png")
    arguments = parser.parse_args()
    figure, axes = plt.subplots(2, 5, figsize=(15, 11.6), facecolor="white", layout="constrained")
    for axis, (title, style, look, word) in zip(axes.flat, PICTURES, strict=True):
        axis.imshow(picture(style, look, word), interpolation="none")
        axis.axhline(SHOWN_HEIGHT * (1 - COVERED), color="white", linestyle=(0, (4, 4)), linewidth=0.8, alpha=0.7)
        axis.text(SHOWN_WIDTH / 2, SHOWN_HEIGHT * 0.92, "covered by apps", color="white", ha="center", alpha=0.7)
        axis.set_title(title, fontsize=12)
        axis.axis("off")
    figure.get_layout_engine().set(hspace=0.03, wspace=0.02, h_pad=0.12)
    figure.savefig(arguments.picture, dpi=96, metadata={"Software": None})
    print(f"{arguments.picture}: {arguments.picture.stat().st_size // 1000} kB")


def spoken() -> tuple[list[Word], int]:
    """The words with their times, and the length of the audio."""
    texts = TEXT.split()
    speech = espeak.speak(texts, espeak.voice_for("en-gb") or "")
    edges = [[sample * 1000 // speech.audio.rate for sample in word] for word in speech.starts_ends]
    words = [Word(text, start, end, 1.0, "native") for text, (start, end) in zip(texts, edges, strict=True)]
    return words, round(speech.audio.duration_s * 1000)


def picture(style: str, look: Look, moment: str) -> Picture:
    """The video at the middle of a word."""
    words, audio_ms = spoken()
    at_ms = next((word.start_ms + word.end_ms) // 2 for word in words if word.text == moment)
    options = CaptionOptions(style=style, look=look, max_chars_per_line=21)
    captions = Captions(words, make_cues(words, options, audio_ms), options, TEXT, audio_ms, "native", 1.0)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "captions.ass").write_text(FORMATS["ass"].render(captions), encoding="utf-8")
        Path(folder, "fonts").symlink_to(FONTS)
        command = [
            *(ffmpeg_path(), "-nostdin", "-v", "error", "-f", "lavfi"),
            *(
                "-i",
                "gradients=s=1080x1920:c0=0x10243F:c1=0xC8553D:x0=0:y0=0:x1=1080:y1=1920:speed=0.00001:r=20:seed=1",
            ),
            *("-vf", f"format=gbrp,trim=start={at_ms / 1000},ass=captions.ass:fontsdir=fonts"),
            *(
                "-frames:v",
                "1",
                "-s",
                f"{SHOWN_WIDTH}x{SHOWN_HEIGHT}",
                "-sws_flags",
                "area",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "rgb24",
                "-",
            ),
        ]
        burnt = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return np.frombuffer(burnt.stdout, np.uint8).reshape(SHOWN_HEIGHT, SHOWN_WIDTH, 3)


if __name__ == "__main__":
    main()
