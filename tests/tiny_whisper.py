"""A Whisper of 1 layer with random weights, converted for faster-whisper: loads as the real ones do, hears noise."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

N_TEXT_TOKENS = 50_257  # GPT-2's, as in Whisper's multilingual models
N_TIMESTAMPS = 1_501  # 0.00 to 30.00 s in steps of 0.02 s
VOCAB_SIZE = 51_865
LAST_POSITION = 16  # of a token: what it hears is some five words, not the 448 tokens that chance would make it

_folder = tempfile.TemporaryDirectory(prefix="tiny-whisper-")


@cache
def tiny_whisper() -> Path:
    """The folder of the model, for faster_whisper.WhisperModel; made once a process, 15 s for the imports."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration
    from transformers.models.whisper.tokenization_whisper import LANGUAGES

    languages = [f"<|{code}|>" for code in list(LANGUAGES)[:99]]
    tokenizer = _tokenizer(languages)
    end, start = (tokenizer.convert_tokens_to_ids(token) for token in ("<|endoftext|>", "<|startoftranscript|>"))
    torch.manual_seed(0)
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            **{"vocab_size": VOCAB_SIZE, "d_model": 16, "num_mel_bins": 80},
            **{f"{part}_layers": 1 for part in ("encoder", "decoder")},
            **{f"{part}_attention_heads": 2 for part in ("encoder", "decoder")},
            **{f"{part}_ffn_dim": 32 for part in ("encoder", "decoder")},
            **{"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": start},
        )
    )
    with torch.no_grad():  # the position alone decides when the text ends
        direction = torch.tensor([1.0, -1.0]).repeat(8)
        model.model.decoder.embed_tokens.weight[end] = 2 * direction
        model.model.decoder.embed_positions.weight[:LAST_POSITION] -= direction
        model.model.decoder.embed_positions.weight[LAST_POSITION:] += 5 * direction
    model.generation_config = GenerationConfig(
        lang_to_id={token: tokenizer.convert_tokens_to_ids(token) for token in languages},
        begin_suppress_tokens=[end],
        alignment_heads=[[0, 0]],
        **{"bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "decoder_start_token_id": start},
    )
    with tempfile.TemporaryDirectory() as source:
        model.save_pretrained(source)
        tokenizer.save_pretrained(source)
        TransformersConverter(source, copy_files=["tokenizer.json"]).convert(_folder.name, force=True)
    return Path(_folder.name)


def _tokenizer(languages: list[str]) -> Any:
    """Words w256, w257, ... in place of GPT-2's; the special tokens in Whisper's order.

    The empty token, 50256, is the one by which ctranslate2 knows a multilingual model.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    text = [*letters, *(f"Ġw{i}" for i in range(len(letters), N_TEXT_TOKENS - 1)), ""]
    special = ["<|endoftext|>", "<|startoftranscript|>", *languages, "<|translate|>", "<|transcribe|>"]
    special += ["<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(text)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(special)
    tokenizer.add_tokens([f"<|{i * 0.02:.2f}|>" for i in range(N_TIMESTAMPS)])
    assert tokenizer.get_vocab_size() == VOCAB_SIZE
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer)
