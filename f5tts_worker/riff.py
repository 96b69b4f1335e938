"""RIFF: what stands in a wav file before its samples."""

from collections.abc import Mapping

from .tags import clean

INFO = {"title": b"INAM", "artist": b"IART", "comment": b"ICMT", "software": b"ISFT"}
"""Tag -> its chunk."""


def wav_head(rate: int, n_bytes: int, tags: Mapping[str, str]) -> bytes:
    """The head of a mono file of 16-bit samples that are `n_bytes` long; 44 bytes without tags."""
    numbers = ((1, 2), (1, 2), (rate, 4), (2 * rate, 4), (2, 2), (16, 2))  # PCM, channels, Hz, bytes/s, frame, bits
    parts = _chunk(b"fmt ", b"".join(number.to_bytes(size, "little") for number, size in numbers)) + _info(tags)
    size = len(b"WAVE" + parts + b"data....") + n_bytes
    return b"RIFF" + size.to_bytes(4, "little") + b"WAVE" + parts + b"data" + n_bytes.to_bytes(4, "little")


def _info(tags: Mapping[str, str]) -> bytes:
    """The chunk of tags. What has no name of its own there is told in the comment."""
    known = clean(tags)
    others = [f"{name}: {value}" for name, value in known.items() if name not in INFO]
    known["comment"] = "; ".join([*([known["comment"]] if "comment" in known else []), *others])
    named = {chunk: known[name] for name, chunk in INFO.items() if known.get(name)}
    body = b"".join(_chunk(chunk, value.encode() + b"\0") for chunk, value in named.items())
    return _chunk(b"LIST", b"INFO" + body) if body else b""


def _chunk(name: bytes, body: bytes) -> bytes:
    """A chunk; its length does not count the byte that makes it even."""
    return name + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
