"""Names that become parts of keys: what a voice may be called, and which job ids are kept as they are."""

import hashlib
import re
import unicodedata

VOICE_NAME_MAX_BYTES = 200
VOICE_NAME = (
    f"a voice's name, with or without .wav: up to {VOICE_NAME_MAX_BYTES} bytes, "
    "no slash, backslash or invisible character, no leading dot"
)
_FORBIDDEN = re.compile(r"^\.|[/\\]")
# Unicode's controls, overrides, surrogates and line separators; an emoji of several holds together by a joiner.
_INVISIBLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_JOINER = "\u200d"

JOB_ID_MAX = 128
JOB_ID = "the job_id of a tts answer: letters, digits, - and _"
_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def voice_name(name: str) -> str:
    """A voice's name without `.wav`; raises ValueError for one that is no safe part of a key.

    Nothing else is changed about it: "é" can be written in two ways, and a recording that was put into the bucket by
    hand must be found under the one that it has.
    """
    bare = name.strip()
    while bare.lower().endswith(".wav"):
        bare = bare[:-4]
    invisible = any(unicodedata.category(character) in _INVISIBLE for character in bare.replace(_JOINER, ""))
    unsafe = not bare or bare != bare.strip() or invisible or _FORBIDDEN.search(bare)
    if unsafe or len(bare.encode()) > VOICE_NAME_MAX_BYTES:
        raise ValueError("no safe name")
    return bare


def is_voice_name(name: str) -> bool:
    """Whether a stored name can be asked for as it is."""
    try:
        return voice_name(name) == name
    except ValueError:
        return False


def name_prefix(prefix: str) -> str:
    """The beginning of a voice's name; raises ValueError like voice_name."""
    voice_name(prefix + "x")
    return prefix.lstrip()


def is_job_id(job_id: str) -> bool:
    """Whether an id can be part of a key; ids of renamed jobs are a little longer than RunPod's."""
    return len(job_id) <= JOB_ID_MAX + 32 and bool(_JOB_ID.fullmatch(job_id))


def key_job_id(job_id: str) -> str:
    """RunPod's id if it can be part of a key, else one made from it; always the same for the same id."""
    if len(job_id) <= JOB_ID_MAX and is_job_id(job_id):
        return job_id
    return f"job-{hashlib.sha256(job_id.encode(errors='surrogatepass')).hexdigest()[:24]}"
