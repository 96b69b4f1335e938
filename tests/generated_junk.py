"""Generated junk: anything that JSON can hold, and addresses that nobody should be sent to."""

import math
from typing import Any

from generated_texts import ODD, evenly
from hypothesis import strategies as st


def _nest(depth: int) -> Any:
    value: Any = "x"
    for i in range(depth):
        value = [value] if i % 2 else {"voice": value}
    return value


Values = st.SearchStrategy[Any]

anything: Values = evenly(
    st.sampled_from([None, "", " ", True, False, [], {}, [[]], {"": ""}, 0, -0.0, 1, -1, 10**30, -(10**30), 10**4_000]),
    st.sampled_from(
        [1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, "NaN", "Infinity", "1e999", "0x10", "1_0", "٣"]
    ),
    st.sampled_from(
        ["../../etc/passwd", "..\\..\\x", "%2e%2e%2f", "..%00/", "~root", "CON", "a\x00b", ".", "..", "'; --"]
    ),
    st.sampled_from(["\ud800", "half \udfff", "x" * 10_000, "é" * 10_000, "\u0301" * 300, "null", "None", "{}", "[1]"]),
    st.sampled_from(ODD),
    st.sampled_from([400, 40]).map(_nest),
    st.sampled_from(["[" * 20_000, '{"a":' * 20_000, '[{"voice": "ann", "text": 1}', '{"a": "b", "a": "c"}']),
    st.text(max_size=12),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=6,
    ),
)

_HOSTS = (
    *("127.0.0.1", "[::1]", "localhost", "169.254.169.254", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "0"),
    *("[::]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1%25eth0]", "10.0.0.1", "192.168.0.1"),
    *("100.64.0.1", "224.0.0.1", "127.0.0.1.", "localhost.", "LOCALHOST", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "１２７.0.0.1"),
    *("127。0。0。1", "xn--", "a" * 64 + ".test", ".", "me:secret@127.0.0.1", "127.0.0.1@files.test"),
    *("127.0.0.1:9", "127.0.0.1:0", "127.0.0.1:99999", "127.0.0.1:x", "", "inside.test", "mixed.test"),
    *("nowhere.test", "files.test", "[", "[::1", "a b", "%6c%6f", "-", "_", "ex\x00ample.test"),
)
_SCHEMES = (
    *("http", "http", "https", "HTTP", "file", "ftp", "gopher"),
    *("data", "javascript", "jar", "x" * 300, "", "ht\ttp"),
)
_PATHS = (
    *("", "/", "/good.wav", "/latest/meta-data/", "/../../etc/passwd", "/?x=1#y", "/%00", "/ü", "/a b"),
    *(":80/x", "\r\nX: y"),
)

urls: Values = evenly(
    st.builds("{}://{}{}".format, st.sampled_from(_SCHEMES), st.sampled_from(_HOSTS), st.sampled_from(_PATHS)),
    st.sampled_from(
        ["file:///etc/passwd", "data:audio/wav;base64,UklGRg==", "//127.0.0.1/x", "http:/x", "http:\\\\x", "::"]
    ),
    st.text(max_size=20),
)
