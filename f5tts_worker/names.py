"""Names that become parts of keys: what a voice may be called, and which job ids are kept as they are."""

import hashlib
import re
import unicodedata

VOICE_NAME_MAX_BYTES = 200
VOICE_NAME = (
    f"a voice's name, with or without .wav: up to {VOICE_NAME_MAX_BYTES} bytes, no slash or backslash, no leading dot"
)
_FORBIDDEN = re.compile(r"^\.|\.\.|[/\\]")
_UNPRINTABLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # Unicode's controls, overrides, surrogates, line separators

JOB_ID_MAX = 128
JOB_ID = "the job_id of a tts answer: letters, digits, - and _"
_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def voice_name(name: str) -> str:
    """A voice's name without `.wav`; raises ValueError for one that is no safe part of a key."""
    bare = unicodedata.normalize("NFC", name.strip())
    bare = (bare[:-4] if bare.lower().endswith(".wav") else bare).rstrip(" .")
    unprintable = any(unicodedata.category(character) in _UNPRINTABLE for character in bare)
    unsafe = not bare or unprintable or _FORBIDDEN.search(bare) or bare != bare.strip()
    if unsafe or len(bare.encode()) > VOICE_NAME_MAX_BYTES:
        raise ValueError("no safe name")
    return bare


def name_prefix(prefix: str) -> str:
    """The beginning of a voice's name; raises ValueError like voice_name."""
    voice_name(prefix + "x")
    return unicodedata.normalize("NFC", prefix.lstrip())


def is_job_id(job_id: str) -> bool:
    """Whether an id can be part of a key; ids of renamed jobs are a little longer than RunPod's."""
    return len(job_id) <= JOB_ID_MAX + 32 and bool(_JOB_ID.fullmatch(job_id))


def key_job_id(job_id: str) -> str:
    """RunPod's id if it can be part of a key, else one made from it; always the same for the same id."""
    if len(job_id) <= JOB_ID_MAX and is_job_id(job_id):
        return job_id
    return f"job-{hashlib.sha256(job_id.encode(errors='surrogatepass')).hexdigest()[:24]}"
