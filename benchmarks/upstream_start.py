"""What benchmarks.cold_start times of the f5-tts package: a process that imports its API, loads, and speaks once.

    python -m benchmarks.upstream_start CHECKPOINT VOCAB VOCODER_FOLDER REFERENCE_WAV REFERENCE_TEXT TEXT

Its last line is {"spoken_s": seconds of speech, "peak_gb": its own memory}.
"""

import json
import sys

from f5_tts.api import F5TTS  # type: ignore[import-untyped]  # ships no types

from benchmarks.weights import peak_gb


def main() -> None:
    """Speak and tell."""
    checkpoint, vocab, vocoder, wav, reference_text, text = sys.argv[1:]
    api = F5TTS(model="F5TTS_v1_Base", ckpt_file=checkpoint, vocab_file=vocab, vocoder_local_path=vocoder, device="cpu")
    samples, rate, _ = api.infer(wav, reference_text, text, nfe_step=1)
    print(json.dumps({"spoken_s": round(len(samples) / rate, 2), "peak_gb": peak_gb()}), flush=True)


if __name__ == "__main__":
    main()
