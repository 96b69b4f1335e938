"""A wav2vec2 of 23 thousand parameters that can read: each letter of its language is a tone of a pitch of its own.

So tests know where whisperx has to find each word. Its weights lie beside this file; `python tests/tiny_wav2vec2.py`
trains it anew, 10 s on two idle cores.
"""

import json
import random
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from f5tts_worker.audio import Audio, Samples

RATE = 16_000
ALPHABET = "abcdeinorstul"
PITCHES = [300 * 1.17**i for i in range(len(ALPHABET))]  # 300 to 1974 Hz
LETTER, SPACE, LEAD = 1600, 1920, 800  # samples: 100 ms, 120 ms, and 50 ms before the first letter
VOCABULARY = {"<pad>": 0, "|": 1, **{letter: i + 2 for i, letter in enumerate(ALPHABET)}, "<unk>": 15}

STEPS, BATCH, TRAIN_LETTERS, TRAIN_SAMPLES = 140, 8, 20, 36_000
RISE_FRAME_SAMPLES = 480  # a letter is heard 30 ms after its beginning

WEIGHTS = Path(__file__).with_suffix(".safetensors")

_folder = tempfile.TemporaryDirectory(prefix="tiny-wav2vec2-")


def tone_letters(text: str, *, pause_ms: int = 0) -> tuple[Audio, list[tuple[int, int]]]:
    """A text of ALPHABET and spaces as tones, and when each word is, in ms; `pause_ms` more at each space."""
    pause = pause_ms * RATE // 1000
    parts, times, at, start = [np.zeros(LEAD, np.float32)], [], LEAD, LEAD
    for character in f"{text} ":
        if character == " ":
            times.append((start * 1000 // RATE, at * 1000 // RATE))
            parts.append(np.zeros(SPACE + pause, np.float32))
        else:
            parts.append(_tone(character))
        at += len(parts[-1])
        start = at if character == " " else start
    return Audio(np.concatenate(parts), RATE), times


@cache
def _tone(letter: str) -> Samples:
    time = np.arange(LETTER) / RATE
    fade = np.minimum(1, np.minimum(np.arange(LETTER) / 160, (LETTER - np.arange(LETTER)) / 320))
    return (0.5 * fade * np.sin(2 * np.pi * PITCHES[ALPHABET.index(letter)] * time)).astype(np.float32)


@cache
def tiny_wav2vec2() -> Path:
    """The folder of the model, as the hub has one."""
    from safetensors.torch import load_file
    from transformers import Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2Processor

    folder = Path(_folder.name)
    model = _untrained()
    model.load_state_dict(load_file(WEIGHTS))
    model.save_pretrained(folder)
    (folder / "letters.json").write_text(json.dumps(VOCABULARY))
    tokenizer = Wav2Vec2CTCTokenizer(str(folder / "letters.json"), bos_token=None, eos_token=None)
    extractor = Wav2Vec2FeatureExtractor(do_normalize=False)
    Wav2Vec2Processor(feature_extractor=extractor, tokenizer=tokenizer).save_pretrained(folder)
    return folder


def _untrained() -> Any:
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    torch.manual_seed(0)
    return Wav2Vec2ForCTC(
        Wav2Vec2Config(
            **{"vocab_size": len(VOCABULARY), "hidden_size": 32, "intermediate_size": 64, "conv_dim": (16,) * 7},
            **{"num_hidden_layers": 1, "num_attention_heads": 2, "conv_bias": True, "feat_extract_norm": "layer"},
            **{"num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 2, "pad_token_id": 0},
            **{"apply_spec_augment": False, "layerdrop": 0.0},
            **{f"{part}_dropout": 0.0 for part in ("hidden", "attention", "feat_proj", "activation")},
        )
    )


def _train(model: Any) -> None:
    """Teach it to say each letter in one frame and nothing in the others, which is what CTC ends in."""
    import torch

    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    weights = torch.ones(len(VOCABULARY))
    weights[0] = 0.5
    draw = random.Random(0)
    for _ in range(STEPS):
        samples, labels = (torch.stack(part) for part in zip(*(_example(draw) for _ in range(BATCH)), strict=True))
        logits = model(samples).logits
        loss = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels, weight=weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _example(draw: random.Random) -> tuple[Any, Any]:
    """Some letters with a little noise: samples (TRAIN_SAMPLES,), and which letter each frame is."""
    import torch

    words = "".join(draw.choice(f"{ALPHABET}   ") for _ in range(TRAIN_LETTERS)).split()
    audio, _ = tone_letters(" ".join(words))
    samples = np.zeros(TRAIN_SAMPLES, np.float32)
    samples[: len(audio.samples)] = audio.samples[:TRAIN_SAMPLES]
    labels = torch.zeros((TRAIN_SAMPLES - 400) // 320 + 1, dtype=torch.long)
    at = LEAD
    for character in " ".join(words):
        labels[(at + RISE_FRAME_SAMPLES) // 320] = VOCABULARY["|" if character == " " else character]
        at += SPACE if character == " " else LETTER
    noise = np.random.default_rng(draw.randrange(2**31)).normal(0, 0.003, TRAIN_SAMPLES)
    return torch.from_numpy((samples + noise).astype(np.float32)), labels


if __name__ == "__main__":
    from safetensors.torch import save_model

    trained = _untrained()
    _train(trained)
    save_model(trained, str(WEIGHTS))
