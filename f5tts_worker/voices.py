"""VoiceLibrary: named voices in storage.

    voices/NAME.wav                          the recording, for people and for listing
    voices/NAME.txt                          its text, if somebody put one there
    voices/.meta/NAME/profile.json           the profile: an uploaded voice exists from the moment this is written
    voices/.meta/NAME/reference-VERSION.wav  what an engine clones
    voices/.meta/NAME/original-VERSION       the bytes as they were sent
    voices/.meta/NAME/adopted-STATE.json     the profile of a NAME.wav that was put there by hand
    voices/.meta/NAME/upgrade-VERSION-1.json what a profile of before schema 1 lacks, made when it is read

Files with a VERSION never change and a profile names its own, so whoever reads a profile reads one whole voice, even
while another worker replaces it. Writes keep an order that makes this true: versioned files, profile, NAME.wav, and
only then is the version that was replaced removed. STATE is a hash of size and time of NAME.wav and NAME.txt: change
either by hand, and the next use makes a new profile.
"""

import difflib
import hashlib
import itertools
import logging
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError

from .aligners import AlignerChain
from .audio import SAMPLE_RATE, decode_wav, encode, resample
from .draft import Draft, make_draft
from .errors import AudioTooLong, InvalidAudio, VoiceExists, VoiceNotFound
from .names import is_voice_name
from .reference import TAIL_MS, Reference
from .storage import Item, Storage
from .transcriber import Transcriber
from .voice_profile import (
    SCHEMA,
    VoiceProfile,
    meta,
    original_key,
    profile_key,
    reference_key,
    text_key,
    upgrades,
    wav_key,
)
from .voice_upgrade import content_hash, upgraded, upgraded_before

__all__ = ["VoiceLibrary", "VoicePage", "VoiceProfile", "reference_key"]

logger = logging.getLogger(__name__)

KEPT_IN_MEMORY = 64
"""References; one of 12 s takes 1.2 MB."""

NEAR_NAMES_AMONG = 2_000
"""Voices looked at for a "did you mean"."""


@dataclass(frozen=True)
class VoicePage:
    """Some of the voices, in the order of their keys."""

    voices: list[tuple[str, Item]]
    """(name, its NAME.wav)."""
    next_cursor: str | None


class VoiceLibrary:
    """The voices of a store, shared with other workers on it. One thread uses an instance."""

    def __init__(self, storage: Storage, transcriber: Transcriber, aligners: AlignerChain) -> None:
        self._storage = storage
        self._transcriber = transcriber
        self._aligners = aligners
        self._in_memory: OrderedDict[str, Reference] = OrderedDict()
        """By name; the key of each is its profile's version."""

    def add(self, name: str, data: bytes, *, ref_text: str | None, language: str | None) -> VoiceProfile:
        """Make and store a voice; replaces one of that name. Raises InvalidAudio, AudioTooLong, InvalidInput."""
        draft = make_draft(
            data,
            ref_text=ref_text,
            text_beside=self._text_beside(name),
            language=language,
            transcriber=self._transcriber,
            aligners=self._aligners,
        )
        # A version of its own each time: were it a hash, this upload could bring back a key that another worker, which
        # has just replaced an equal upload, is about to delete.
        profile = _profile(name, draft, version=secrets.token_hex(8))
        replaced = self._read_profile(name)
        self._put_reference(profile, draft)
        self._storage.put(original_key(profile), data, "application/octet-stream")
        self._storage.put(profile_key(name), _to_json(profile), "application/json")
        self._storage.put(wav_key(name), encode(resample(draft.recording, SAMPLE_RATE), "wav"), "audio/wav")
        if replaced:
            self._storage.delete(reference_key(replaced))
            self._storage.delete(original_key(replaced))
            self._delete_upgrades(replaced)
        return profile

    def refuse_taken(self, name: str) -> None:
        """Raise VoiceExists if there is such a voice."""
        if self._read_profile(name) or self._storage.head(wav_key(name)):
            raise VoiceExists(
                f"there is a voice '{name}.wav' already; choose another name, delete it first, or send overwrite=true",
                voice_name=name,
            )

    def once(self, data: bytes, *, ref_text: str | None, language: str | None) -> tuple[Reference, list[str]]:
        """A reference for one job, from a file that is not stored; also returns warnings."""
        draft = make_draft(
            data,
            ref_text=ref_text,
            text_beside=None,
            language=language,
            transcriber=self._transcriber,
            aligners=self._aligners,
        )
        return Reference(draft.reference, draft.text, content_hash(data, draft.text)), draft.warnings

    def profile(self, name: str) -> VoiceProfile:
        """The profile of a voice, made now for a recording put there by hand, upgraded if an older version of the
        worker made it; raises VoiceNotFound."""
        return upgraded(self._found(name), self._storage)

    def peek(self, name: str) -> VoiceProfile | None:
        """The profile of an uploaded voice as it was made; None for a recording put there by hand. From any thread."""
        return self._read_profile(name)

    def listed(self, name: str) -> VoiceProfile | None:
        """`peek`, with the upgrade of an older profile if one was made before. From any thread."""
        profile = self._read_profile(name)
        return upgraded_before(profile, self._storage) if profile else None

    def reference(self, name: str, peeked: VoiceProfile | None = None) -> Reference:
        """What an engine clones for this voice; raises VoiceNotFound.

        The small profile is read each time, unless `peek` has just done so, because another worker may have replaced
        the voice; the audio is read once a version and kept in memory, and only then an older profile is upgraded.
        """
        for _ in range(3):  # a voice replaced between the two reads has its new profile by now
            profile, peeked = peeked or self._found(name), None
            known = self._in_memory.get(name)
            if known and known.key == profile.version:
                self._in_memory.move_to_end(name)
                return known
            data = self._storage.get(reference_key(profile))
            if data is not None:
                reference = Reference(decode_wav(data), profile.text, profile.version)
                upgraded(profile, self._storage, reference.audio)
                return self._remember(name, reference)
        raise self._not_found(name)

    def page(self, *, limit: int, cursor: str | None, prefix: str) -> VoicePage:
        """Up to `limit` voices after the one named `cursor`, whose names start with `prefix`."""
        after = wav_key(cursor) if cursor else ""
        listed = ((item.name[:-4], item) for item in self._storage.scan(f"voices/{prefix}", after))
        voices = ((name, item) for name, item in listed if item.name.endswith(".wav") and is_voice_name(name))
        found = list(itertools.islice(voices, limit + 1))
        return VoicePage(found[:limit], found[limit - 1][0] if len(found) > limit else None)

    def remove(self, name: str) -> list[str]:
        """Delete a voice; returns the keys that were deleted. Raises VoiceNotFound."""
        first = [key for key in (wav_key(name), profile_key(name)) if self._storage.head(key)]
        if not first:
            raise self._not_found(name)
        rest = [item.key for item in self._storage.scan(meta(name)) if item.key not in first]
        text = [text_key(name)] if self._storage.head(text_key(name)) else []
        keys = [*first, *rest, *text]
        for key in keys:
            self._storage.delete(key)
        return keys

    def _text_beside(self, name: str) -> str | None:
        text = self._storage.get(text_key(name))
        return " ".join(text.decode("utf-8-sig", errors="replace").split()) or None if text else None

    def _found(self, name: str) -> VoiceProfile:
        return self._read_profile(name) or self._adopted(name)

    def _adopted(self, name: str) -> VoiceProfile:
        """The profile of a NAME.wav put there by hand. Two workers that make it at once write the same."""
        beside = {item.key: item for item in self._storage.scan(f"voices/{name}.")}
        if wav_key(name) not in beside:
            raise self._not_found(name)
        # Looked for again, now that the wav was seen: an upload may have been finished since the first look, and it
        # writes its profile before its wav.
        uploaded = self._read_profile(name)
        if uploaded:
            return uploaded
        key = f"{meta(name)}adopted-{_state([beside[wav_key(name)], beside.get(text_key(name))])}.json"
        known = self._parse_profile(name, self._storage.get(key))
        if known:
            return known
        data = self._storage.get(wav_key(name))
        if data is None:
            raise self._not_found(name)
        logger.info("voice %s has no profile yet: making one", name)
        try:
            draft = make_draft(
                data,
                ref_text=None,
                text_beside=self._text_beside(name),
                language=None,
                transcriber=self._transcriber,
                aligners=self._aligners,
            )
        except (InvalidAudio, AudioTooLong) as e:
            raise type(e)(f"voice '{name}.wav': {e.message}", **e.details) from e
        profile = _profile(name, draft, version=content_hash(data, draft.text))
        self._put_reference(profile, draft)
        self._storage.put(key, _to_json(profile), "application/json")
        return profile

    def _delete_upgrades(self, profile: VoiceProfile) -> None:
        if profile.schema_version < SCHEMA:
            for item in list(self._storage.scan(upgrades(profile))):
                self._storage.delete(item.key)

    def _put_reference(self, profile: VoiceProfile, draft: Draft) -> None:
        self._storage.put(reference_key(profile), encode(draft.reference, "wav"), "audio/wav")

    def _read_profile(self, name: str) -> VoiceProfile | None:
        return self._parse_profile(name, self._storage.get(profile_key(name)))

    def _parse_profile(self, name: str, data: bytes | None) -> VoiceProfile | None:
        try:
            return VoiceProfile.model_validate_json(data) if data else None
        except ValidationError:
            logger.warning("a profile of voice %s cannot be read and counts as absent", name)
            return None

    def _remember(self, name: str, reference: Reference) -> Reference:
        self._in_memory[name] = reference
        self._in_memory.move_to_end(name)
        while len(self._in_memory) > KEPT_IN_MEMORY:
            self._in_memory.popitem(last=False)
        return reference

    def _not_found(self, name: str) -> VoiceNotFound:
        names = [known for known, _ in self.page(limit=NEAR_NAMES_AMONG, cursor=None, prefix="").voices]
        lower = {known.lower(): known for known in names}
        near = [f"{lower[match]}.wav" for match in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)]
        count = f"{len(names)} voices" if len(names) < NEAR_NAMES_AMONG else f"over {NEAR_NAMES_AMONG} voices"
        hint = f"did you mean '{near[0]}'?" if near else f"the library has {count}; see list_voices"
        return VoiceNotFound(f"no voice '{name}.wav'; {hint}", voice=f"{name}.wav", near=near)


def _profile(name: str, draft: Draft, version: str) -> VoiceProfile:
    return VoiceProfile(
        schema_version=SCHEMA,
        name=f"{name}.wav",
        version=version,
        duration_s=round(draft.recording.duration_s, 3),
        kept_s=round(draft.reference.duration_s - TAIL_MS / 1000, 3),
        text=draft.text,
        text_source=draft.text_source,
        language=draft.language,
        created_at=datetime.now(UTC),
        warnings=draft.warnings,
        report=draft.report,
    )


def _to_json(profile: VoiceProfile) -> bytes:
    return profile.model_dump_json(indent=1).encode()


def _state(items: list[Item | None]) -> str:
    seen = [(item.key, item.size, item.last_modified.timestamp()) for item in items if item]
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]
