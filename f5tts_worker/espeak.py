"""espeak-ng: a formant synthesiser that knows the exact sample at which each word begins.

espeak-ng is GPL-3.0 and comes with the espeakng-loader package; it is loaded only where this module is used.
"""

import _ctypes
import bisect
import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from .audio import Audio, Samples

WPM_MIN, WPM_DEFAULT, WPM_MAX = 85, 175, 449
"""Words a minute; espeak speaks everything below WPM_MIN at that pace; from 450 on its events do not fit its sound."""

# A zero-width space before each word keeps one event a word: espeak merges "of the" otherwise.
SEPARATOR = " \u200b"

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_EVENT_END, _EVENT_WORD = 0, 1
_POSITION_CHARACTER, _CHARS_UTF8, _PARAMETER_RATE = 1, 1, 1
_BUFFER_MS = 200
_SILENT = 2 / 32768  # espeak writes its pauses as digital silence

_CLAUSE_SIZE, _DIGIT_SIZE = 600, 8  # bytes of a clause spoken at once; those that a digit counts for: "seven"
_CLAUSE_MARKS = (*",.;:!?…，。、；：！？،؛؟।",)

_lock = threading.Lock()  # the library keeps its state in globals


class EspeakError(RuntimeError):
    """The library refused."""


@dataclass(frozen=True)
class Utterance:
    """Spoken words."""

    audio: Audio
    starts_ends: list[tuple[int, int]]
    """First and past-the-end sample of each word; equal for a word that espeak does not speak."""


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters, from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # ms
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_int64),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # (priority byte, tag, NUL)..., NUL
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@contextmanager
def _library() -> Iterator[tuple[Any, int]]:
    """A freshly loaded library and its sample rate; 4 ms.

    Its pitch flutter runs on in static variables from one utterance to the next, past espeak_Terminate, so the same
    text would never give the same samples twice; unloading the library resets them.
    """
    import espeakng_loader

    with _lock:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        try:
            data = espeakng_loader.get_data_path().encode()
            rate = library.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, data, 0)
            if rate <= 0:
                raise EspeakError(f"espeak-ng does not start: error {rate}")
            yield library, rate
        finally:
            library.espeak_Terminate()
            _ctypes.dlclose(library._handle)


def version() -> str:
    """The library's version."""
    with _library() as (library, _):
        library.espeak_Info.restype = ctypes.c_char_p
        return str(library.espeak_Info(None).decode())


@cache
def voices() -> dict[str, str]:
    """Language tag, lower case -> the identifier of espeak's first choice of voice for it."""
    best: dict[str, tuple[int, str]] = {}
    with _library() as (library, _):
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        listed = library.espeak_ListVoices(None)
        for voice in iter(_pointed_to(listed)):
            identifier = voice.identifier.decode()
            for priority, tag in _languages(voice.languages):
                if tag not in best or priority < best[tag][0]:
                    best[tag] = (priority, identifier)
    return {tag: identifier for tag, (_, identifier) in sorted(best.items())} | {"en": best["en-us"][1]}


def _pointed_to(listed: Any) -> Iterator[_Voice]:
    i = 0
    while listed[i]:
        yield listed[i].contents
        i += 1


def _languages(address: int) -> Iterator[tuple[int, str]]:
    while priority := ctypes.string_at(address, 1)[0]:
        tag = ctypes.string_at(address + 1)
        yield priority, tag.decode().lower()
        address += 1 + len(tag) + 1


def voice_for(language: str) -> str | None:
    """The voice of a language tag ("en", "pt-br", "zh"), or of its base language; None if espeak has neither."""
    tag = language.lower().replace("_", "-")
    return voices().get(tag) or voices().get(tag.split("-")[0])


def speak(words: list[str], voice: str, words_per_minute: int = WPM_DEFAULT) -> Utterance:
    """Speak words as one utterance. The same arguments give the same samples; a variant such as +f2 only nearly so."""
    blocks: list[Samples] = []
    events: list[tuple[int, int]] = []

    def collect(samples: Any, n_samples: int, event: Any) -> int:
        if n_samples > 0:
            block = np.ctypeslib.as_array(samples, (n_samples,)).astype(np.float32)
            blocks.append(block * np.float32(1 / 32768))
        i = 0
        while event[i].type != _EVENT_END:
            if event[i].type == _EVENT_WORD:
                events.append((event[i].text_position - 1, event[i].sample))
            i += 1
        return 0

    with _library() as (library, rate):
        callback = _Callback(collect)  # kept in a variable: ctypes does not hold on to it
        library.espeak_SetSynthCallback(callback)
        if library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise EspeakError(f"espeak-ng has no voice {voice}")
        library.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
        spoken: list[Samples] = []
        starts_ends: list[tuple[int, int]] = []
        for part in _parts(words):
            blocks.clear()
            events.clear()
            text = SEPARATOR.join(part).replace("\0", " ").encode()  # C would stop reading there
            status = library.espeak_Synth(text, len(text) + 1, 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
            if status != 0:
                raise EspeakError(f"espeak-ng could not speak: error {status}")
            samples = np.concatenate([np.zeros(0, np.float32), *blocks])
            before = sum(map(len, spoken))
            starts_ends += [(before + start, before + end) for start, end in _word_bounds(part, events, samples)]
            spoken.append(samples)
    return Utterance(Audio(np.concatenate([np.zeros(0, np.float32), *spoken]), rate), starts_ends)


def _parts(words: list[str]) -> Iterator[list[str]]:
    """Words that espeak can take at once: it swallows some of a clause of over 700 bytes or 1000 phonemes."""
    part: list[str] = []
    size = 0
    for word in words:
        own_size = len((SEPARATOR + word).encode()) + _DIGIT_SIZE * sum(map(str.isdigit, word))
        if part and size + own_size > _CLAUSE_SIZE:
            yield part
            part, size = [], 0
        part.append(word)
        size = 0 if word.endswith(_CLAUSE_MARKS) else size + own_size
    yield part


def _word_bounds(words: list[str], events: list[tuple[int, int]], samples: Samples) -> list[tuple[int, int]]:
    """Sample bounds of each word from (character, sample) events; a word's end leaves out the pause behind it."""
    positions = np.cumsum([0, *(len(word) + len(SEPARATOR) for word in words[:-1])]).tolist()
    first_sample: dict[int, int] = {}
    for character, sample in events:
        # A symbol's event ("&", an emoji) is at the zero-width space before it.
        first_sample.setdefault(bisect.bisect_right(positions, character + 1) - 1, sample)
    bounds: list[tuple[int, int]] = []
    following = len(samples)
    for i in reversed(range(len(words))):
        start = min(first_sample.get(i, following), following)
        sounding = np.flatnonzero(np.abs(samples[start:following]) > _SILENT)
        bounds.append((start, start + int(sounding[-1]) + 1 if len(sounding) else start))
        following = start
    return bounds[::-1]
