"""Reference audio: the up to 12 s of a recording that a voice is cloned from."""

from dataclasses import dataclass

import numpy as np

from .audio import FRAME_MS, SAMPLE_RATE, Audio, Span, join, pauses, resample, shorten_pauses
from .errors import InvalidAudio

RECORDING_MIN_S, RECORDING_MAX_S = 1.0, 600.0
SPEECH_MIN_S = 0.5  # between the silence at the edges
REFERENCE_MAX_MS = 12_000  # F5-TTS was trained on chunks of up to 30 s; reference and speech share them
EDGE_DB = -42.0  # dBFS; quieter than this at the edges is not speech
SILENCE_DB = -50.0  # dBFS; a pause longer than 2 s below this is cut down to 2 s
LONGEST_PAUSE_MS = 2_000
TAIL_MS = 50  # of silence at the end: without it the last sound of the reference leaks into the speech
PACE_MIN, PACE_MAX = 2.5, 45.0
"""Bytes of text a second; English is read at 12 to 20, Chinese at about as many."""

SILENT_DB = -70.0  # dBFS; softer than a voice ever comes: the noise of an input alone
GOOD_LOUDEST_DB = -15.0  # dBFS; the loudest frame of speech at -26 to -16

CLIPPED = 0.99  # of full scale
REFUSE_CLIPPED_SHARE = 0.10  # of the samples


@dataclass(frozen=True, eq=False)
class Reference:
    """What an engine clones."""

    audio: Audio
    """At SAMPLE_RATE."""
    text: str | None
    """What is said in it; None where nobody knows."""
    key: str
    """Names this very audio: a cache of what was computed from it may go by this."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A reference made from a recording."""

    audio: Audio
    was_cut: bool
    """Whether speech was left out, so that a text of the whole recording does not fit."""
    warnings: list[str]
    speech: Audio
    """What it was cut from: the whole recording without its silent edges and long pauses."""
    end_ms: int
    """Where in `speech` the reference ends."""
    in_pause: bool
    """Whether that is between words."""


def check_recording(recording: Audio) -> None:
    """Raise InvalidAudio for a recording that cannot become a voice."""
    if recording.duration_s < RECORDING_MIN_S:
        raise InvalidAudio(
            f"the recording lasts {recording.duration_s:.2f} s; send {RECORDING_MIN_S:g} to {RECORDING_MAX_S:g} s, "
            "best 5 to 12 s of clear speech",
            duration_s=round(recording.duration_s, 3),
        )
    if not np.all(np.isfinite(recording.samples)):
        raise InvalidAudio("the recording holds samples that are not numbers; export it again as 16-bit wav")
    loudest_db = float(recording.levels_db.max())
    if loudest_db < EDGE_DB:
        raise InvalidAudio(_of_quiet(loudest_db), loudest_dbfs=round(loudest_db, 1))
    clipped = float(np.mean(np.abs(recording.samples) >= CLIPPED))
    if clipped > REFUSE_CLIPPED_SHARE:
        raise InvalidAudio(
            f"the recording is distorted: {clipped:.0%} of it is at full scale; record again at a lower level",
            clipped_share=round(clipped, 4),
        )


def _of_quiet(loudest_db: float) -> str:
    if loudest_db < SILENT_DB:
        return (
            f"the recording is silent: nothing in it is louder than {SILENT_DB:g} dBFS; check which microphone was "
            "recorded"
        )
    return (
        f"the recording is too quiet: its loudest moment is at {loudest_db:.1f} dBFS, and what is below {EDGE_DB:g} "
        f"cannot be told from silence; record about {GOOD_LOUDEST_DB - loudest_db:.0f} dB louder, closer to the "
        "microphone or with more gain"
    )


def make_reference(recording: Audio) -> Cut:
    """Trim the edges, shorten long pauses, keep up to 12 s ending in a pause, end with 50 ms of silence."""
    audio = _trim_edges(resample(recording, SAMPLE_RATE))
    audio, _ = shorten_pauses(audio, below_db=SILENCE_DB, longest_ms=LONGEST_PAUSE_MS)
    if audio.duration_s < SPEECH_MIN_S:
        raise InvalidAudio(
            f"only {audio.duration_s:.2f} s of the recording is louder than {EDGE_DB:g} dBFS; send seconds of speech, "
            "louder if there are such in it",
            kept_s=round(audio.duration_s, 3),
        )
    if audio.duration_s * 1000 <= REFERENCE_MAX_MS:
        return Cut(_with_tail(audio), False, [], audio, round(audio.duration_s * 1000), True)
    return cut_at(audio, *_place_to_cut(audio))


def cut_at(speech: Audio, end_ms: int, in_pause: bool) -> Cut:
    """The reference that ends at a place of longer speech."""
    warnings = [f"the first {end_ms / 1000:.1f} s of {speech.duration_s:.1f} s of speech are kept"]
    if not in_pause:
        warnings.append("no pause was found to cut at, so a word may be cut: send up to 12 s that end in a pause")
    return Cut(_with_tail(_trim_edges(speech.slice_ms(0, end_ms))), True, warnings, speech, end_ms, in_pause)


def _with_tail(audio: Audio) -> Audio:
    silence = Audio(np.zeros(SAMPLE_RATE * TAIL_MS // 1000, np.float32), SAMPLE_RATE)
    return join([audio, silence])


def _trim_edges(audio: Audio) -> Audio:
    """Start at the first loud frame and end behind the last loud millisecond, as upstream does: the last sound fades,
    and single periods of it stand out for longer than frames do."""
    loud = np.flatnonzero(audio.levels_db > EDGE_DB)
    if not len(loud):
        raise InvalidAudio("no speech was left after the silence at the edges was cut; record louder")
    loud_ms = np.flatnonzero(audio.levels_db_over(1) > EDGE_DB)
    return audio.slice_ms(int(loud[0]) * FRAME_MS, int(loud_ms[-1]) + 1)


def _place_to_cut(audio: Audio) -> tuple[int, bool]:
    """Where to end the reference, in ms, and whether that is inside a pause.

    A long pause (a sentence's end) in the second half is best, then the last short one. Shorter still may be the
    closure of a p, t or k within a word: the longest quiet of the last 4 s is the best guess, then its quietest frame.
    "Quiet" is measured against the speech itself: 25 dB under its louder frames.
    """
    quiet_db = float(np.percentile(audio.levels_db, 90)) - 25
    quiet = [(span.length_ms, _inside(span)) for span in pauses(audio, below_db=quiet_db, min_ms=FRAME_MS)]
    for shortest_ms, earliest_ms in ((400, 6_000), (150, 3_000)):
        found = [place for length, place in quiet if length >= shortest_ms and earliest_ms <= place <= REFERENCE_MAX_MS]
        if found:
            return found[-1], True
    late = [(length, place) for length, place in quiet if REFERENCE_MAX_MS - 4_000 <= place <= REFERENCE_MAX_MS]
    if late:
        return max(late)[1], False
    first = (REFERENCE_MAX_MS - 4_000) // FRAME_MS
    last_frames = audio.levels_db[first : REFERENCE_MAX_MS // FRAME_MS]
    return (first + int(np.argmin(last_frames))) * FRAME_MS, False


def _inside(span: Span) -> int:
    """The middle of a pause, but no more than 200 ms into it, and before the limit where the pause straddles it."""
    return max(span.start_ms, min((span.start_ms + span.end_ms) // 2, span.start_ms + 200, REFERENCE_MAX_MS))
