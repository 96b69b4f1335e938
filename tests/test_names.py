"""Names that become parts of keys: whatever a caller sends, the key stays where it belongs."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from f5tts_worker.names import JOB_ID_MAX, VOICE_NAME_MAX_BYTES, is_job_id, key_job_id, name_prefix, voice_name
from f5tts_worker.storage.base import check_key, check_prefix

NASTY = st.text(alphabet=st.sampled_from("./\\ \t\n\x00\x7f\u00a0\u2028\u202e\ud800:%*wavWAVée\u0301"), max_size=12)
"""Text that is mostly made of what names must not have."""

ANYTHING = st.one_of(st.text(alphabet=st.characters(), max_size=250), NASTY, st.builds("{}.wav".format, NASTY))

VOICE_NAMES = {
    "plain": ("bob", "bob"),
    "wav": ("bob.wav", "bob"),
    "wav in capitals": ("BOB.WAV", "BOB"),
    "two wavs": ("bob.wav.wav", "bob"),
    "wav inside": ("bob.wav.mp3", "bob.wav.mp3"),
    "spaces around": ("  bob \n", "bob"),
    "dot at the end": ("bob.", "bob."),
    "dots inside": ("a..b", "a..b"),
    "emoji of several": ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
    "wide space inside": ("山田\u3000太郎", "山田\u3000太郎"),
    "accent and space": ("Zoë 2", "Zoë 2"),
    "accent of its own": ("Zoe\u0308 2", "Zoe\u0308 2"),
    "other script": ("声 العربية", "声 العربية"),
    "emoji": ("😀", "😀"),
    "signs that S3 takes": ('a: b*?"<|>', 'a: b*?"<|>'),
    "percent and plus": ("a%2Fb+c", "a%2Fb+c"),
    "longest": ("é" * (VOICE_NAME_MAX_BYTES // 2), "é" * (VOICE_NAME_MAX_BYTES // 2)),
}

NO_VOICE_NAMES = {
    "empty": "",
    "space": " \t",
    "only wav": ".wav",
    "only dots": "...",
    "space before wav": "bob .wav",
    "hidden": ".meta",
    "hidden after space": " .meta",
    "parent": "../x",
    "slash": "a/b",
    "backslash": "a\\b",
    "absolute": "/etc/passwd",
    "nul": "a\x00b",
    "newline": "a\nb",
    "line separator": "a\u2028b",
    "right to left override": "a\u202eb",
    "zero width": "a\u200bb",
    "lone surrogate": "a\ud800b",
    "wide space at the end": "bob\u00a0.wav",
    "too long": "x" * 300,
    "a byte too long": "é" * (VOICE_NAME_MAX_BYTES // 2) + "x",
}

JOB_IDS = {
    "runpod": ("8f2a0b9c-3f0e-4d4e-9a39-1f2b3c4d5e6f-u1", True),
    "letters": ("local_test", True),
    "longest": ("a" * JOB_ID_MAX, True),
    "too long": ("a" * (JOB_ID_MAX + 1), False),
    "empty": ("", False),
    "dots": ("..", False),
    "slash": ("a/b", False),
    "newline at the end": ("a\n", False),
    "hyphen first": ("-rf", False),
    "other digits": ("\u0661\u0662", False),
    "lone surrogate": ("\ud800", False),
}


@pytest.mark.parametrize(("sent", "name"), VOICE_NAMES.values(), ids=VOICE_NAMES)
def test_a_voice_is_called_by_its_name_with_or_without_wav(sent: str, name: str) -> None:
    """The extension, spaces around it and the way accents are composed make no other voice."""
    assert voice_name(sent) == name


@pytest.mark.parametrize("sent", NO_VOICE_NAMES.values(), ids=NO_VOICE_NAMES)
def test_a_name_that_is_no_safe_part_of_a_key_is_refused(sent: str) -> None:
    """Nothing that climbs, hides, deceives or overflows becomes a voice."""
    with pytest.raises(ValueError, match="no safe name"):
        voice_name(sent)


@given(sent=ANYTHING)
@example(sent="bob\u00a0.wav")
@example(sent="bob.wav. .wav")
def test_every_voice_name_is_one_key_directly_in_voices(sent: str) -> None:
    """Any text is refused or makes a key in voices/, and the name that is listed for it leads to the same key."""
    try:
        name = voice_name(sent)
    except ValueError:
        return
    key = check_key(f"voices/{name}.wav")
    assert key.count("/") == 1
    assert not key.startswith("voices/.")
    assert voice_name(f"{name}.wav") == name == name.strip()


@given(sent=ANYTHING)
@example(sent="\nb")
@example(sent=" b")
def test_every_name_prefix_stays_in_voices(sent: str) -> None:
    """Any text is refused or makes a prefix directly in voices/."""
    try:
        prefix = name_prefix(sent)
    except ValueError:
        return
    assert check_prefix(f"voices/{prefix}").count("/") == 1
    assert not prefix.startswith(".")


@given(sent=ANYTHING, data=st.data())
def test_a_voice_is_found_by_every_beginning_of_its_name(sent: str, data: st.DataObject) -> None:
    """However a name is cut, the piece is a prefix of its key."""
    try:
        name = voice_name(sent)
    except ValueError:
        return
    cut = data.draw(st.integers(0, len(name) - 1))
    assert f"voices/{name}.wav".startswith(f"voices/{name_prefix(name[:cut])}")


@pytest.mark.parametrize("sent", [".", "..", ".meta", "a/", "../", "a\\", "a\n", "x" * 300])
def test_a_prefix_that_no_voice_can_have_is_refused(sent: str) -> None:
    """A listing cannot leave voices/ or look into .meta/."""
    with pytest.raises(ValueError, match="no safe name"):
        name_prefix(sent)


@pytest.mark.parametrize(("job_id", "kept"), JOB_IDS.values(), ids=JOB_IDS)
def test_a_job_id_that_can_be_part_of_a_key_is_kept(job_id: str, kept: bool) -> None:
    """RunPod's id stays the caller's handle where it is safe; any other gets one made from it."""
    made = key_job_id(job_id)
    assert (made == job_id) is kept
    assert made.startswith("job-") is not kept
    assert key_job_id(made) == made


@given(job_id=ANYTHING)
def test_every_job_gets_a_safe_id_and_always_the_same(job_id: str) -> None:
    """Whatever the id, the key made of it is one file directly in its area."""
    made = key_job_id(job_id)
    assert is_job_id(made)
    assert made == key_job_id(job_id)
    assert check_key(f"output/{made}.json").count("/") == 1


def test_job_ids_that_differ_make_keys_that_differ() -> None:
    """Two unsafe ids do not share their files."""
    unsafe = ["a/b", "a/c", "a b", "", "x" * 129, "x" * 130, "é", "\ud800", "\udfff", "?"]
    assert len({key_job_id(job_id) for job_id in unsafe}) == len(unsafe)


def test_the_id_of_a_renamed_job_is_still_an_id() -> None:
    """The longest kept id may grow by a suffix, but not without end."""
    assert is_job_id("a" * JOB_ID_MAX + "-0123456789ab")
    assert not is_job_id("a" * (JOB_ID_MAX + 33))
