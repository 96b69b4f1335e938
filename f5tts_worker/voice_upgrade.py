"""Upgrade: what a profile of an older version of the worker lacks.

It is a file of its own, named after the profile's version and the schema, and never changes. The profile itself is not
written again: the store has no compare-and-swap, and another worker may have replaced the voice by then. Two workers
that upgrade at once write the same.
"""

import hashlib
import logging

from pydantic import BaseModel, ConfigDict, ValidationError

from .audio import Audio, decode, decode_wav
from .errors import AudioTooLong, InvalidAudio, StorageError
from .reference import RECORDING_MAX_S, check_recording
from .storage import Storage
from .voice_advice import advice
from .voice_profile import SCHEMA, VoiceProfile, original_key, reference_key, upgrade_key, wav_key
from .voice_report import VoiceReport, measure

logger = logging.getLogger(__name__)


class Upgrade(BaseModel):
    """Fields that take the place of a profile's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int
    report: VoiceReport | None
    warnings: list[str]


def upgraded(profile: VoiceProfile, storage: Storage, reference: Audio | None = None) -> VoiceProfile:
    """A profile with all that is known today, measured now if nobody has yet; as it is if it cannot be upgraded.

    `reference` saves reading the profile's own again.
    """
    if profile.schema_version >= SCHEMA:
        return profile
    try:
        known = _stored(profile, storage) or _make(profile, storage, reference)
    except StorageError as e:  # what the voice is needed for can do without
        logger.warning("voice %s is not upgraded now: %s", profile.name, e.message)
        return profile
    return _apply(known, profile)


def upgraded_before(profile: VoiceProfile, storage: Storage) -> VoiceProfile:
    """A profile with the upgrade that was made earlier, if one was: reads one small file at most."""
    return profile if profile.schema_version >= SCHEMA else _apply(_stored(profile, storage), profile)


def content_hash(data: bytes, text: str | None) -> str:
    """Names a recording with its text; the version of a voice that was put there by hand."""
    return hashlib.sha256(data + b"\0" + (text or "").encode()).hexdigest()[:16]


def _apply(upgrade: Upgrade | None, profile: VoiceProfile) -> VoiceProfile:
    return profile.model_copy(update=dict(upgrade)) if upgrade else profile


def _stored(profile: VoiceProfile, storage: Storage) -> Upgrade | None:
    data = storage.get(upgrade_key(profile))
    try:
        return Upgrade.model_validate_json(data) if data else None
    except ValidationError:
        logger.warning("the upgrade of voice %s cannot be read and is made again", profile.name)
        return None


def _make(profile: VoiceProfile, storage: Storage, reference: Audio | None) -> Upgrade | None:
    """Measure a voice and keep the outcome; None if its files are gone, for then it has just been replaced."""
    if reference is None:
        data = storage.get(reference_key(profile))
        if data is None:
            return None
        reference = decode_wav(data)
    logger.info("voice %s has a profile of schema %s: upgrading it", profile.name, profile.schema_version)
    upgrade = _measured(profile, _recording(profile, storage), reference)
    storage.put(upgrade_key(profile), upgrade.model_dump_json(indent=1).encode(), "application/json")
    return upgrade


def _recording(profile: VoiceProfile, storage: Storage) -> bytes | None:
    """The file that a voice was made of: what was uploaded, else NAME.wav, if that is still the same."""
    original = storage.get(original_key(profile))
    if original is not None:
        return original
    beside = storage.get(wav_key(profile.name.removesuffix(".wav")))
    return beside if beside is not None and content_hash(beside, profile.text) == profile.version else None


def _measured(profile: VoiceProfile, data: bytes | None, reference: Audio) -> Upgrade:
    """The upgrade by a voice's recording, by its reference if that is all there is; without a report if the recording
    is broken."""
    try:
        recording = reference if data is None else decode(data, max_s=RECORDING_MAX_S)
        check_recording(recording)
    except (InvalidAudio, AudioTooLong) as e:
        logger.warning("voice %s goes on without a report: %s", profile.name, e.message)
        return Upgrade(schema_version=SCHEMA, report=None, warnings=profile.warnings)
    report = measure(recording, reference, profile.text)
    others = [warning for warning in profile.warnings if "(clipped)" not in warning]  # schema 0 told of this alone
    return Upgrade(schema_version=SCHEMA, report=report, warnings=[*advice(report, profile.text, reference), *others])
