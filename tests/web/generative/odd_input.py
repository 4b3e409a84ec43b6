"""What browsers never send and programs do: fields, queries and files drawn at random, in bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

TRICKY = (
    "",
    " ",
    "\x00",
    "\r\n",
    "NaN",
    "inf",
    "-1",
    "-0",
    "1e999",
    "0x10",
    "1_000",
    "1,5",
    "٣",
    "𝟘",
    "9" * 400,
    "0",
    "NCT00000001",
    " nct02896335 ",
    "2025-02-30",
    "0000-00-00",
    "99999-01-01",
    "9999999999-1",
    "-",
    "0-",
    "never",
    "none",
    "null",
    "[]",
    "{}",
    "%s%d{}{0}",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../../etc/passwd",
    "NEAR(a, b)",
    '"',
    "*",
    "\ud800",
    "\u202e",
    "💊" * 30,
    "a" * 5_000,
    "a;" * 120,
    "91, 181",
    "36.0, -78.9",
    "00000",
    "Durham",
    "Springfield",
    "España",
)
"""Texts that broke forms elsewhere, or could."""

PLAIN = ("1.5", "never", "none", "HER2: positive", "Durham, NC", "2025-03-01", "osimertinib; lapatinib", "IV")
"""What a person may type where nothing is offered."""

TEXT = st.text(max_size=40) | st.sampled_from(TRICKY)
ODD = st.one_of(
    st.sampled_from(TRICKY),
    TEXT,
    st.integers().map(str),
    st.floats().map(str),
    st.decimals().map(str),
    st.dates().map(str),
)
BYTES = ODD.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TRICKY[:-1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def pairs(names: Sequence[str], likely: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """A query or the body of a form: names that the page knows, several times or not, and others."""
    known = st.sampled_from([*names]).map(str.encode) if names else BYTES
    value = (st.sampled_from([*likely]).map(str.encode) | BYTES) if likely else BYTES
    pair = st.tuples(known | known | known | BYTES, value)
    return st.lists(pair, max_size=len(names) + 4).map(_encoded)


def _encoded(given: list[tuple[bytes, bytes]]) -> str:
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in given)


def filled(form: Any) -> st.SearchStrategy[str]:
    """A form filled in as a person might, whole or in part, and perhaps something odd after it."""
    each = {name: _likely(field) for name, field in form.fields.items()}
    sound = st.fixed_dictionaries({}, optional=each).map(
        lambda given: _encoded([(name.encode(), value.encode()) for name, value in given.items()])
    )
    return st.one_of(sound, st.tuples(sound, pairs([*each])).map("&".join), pairs([*each]))


def _likely(field: Any) -> st.SearchStrategy[str]:
    offered = [str(value) for value, _ in getattr(field, "choices", ()) or ()]
    return st.sampled_from(offered) if offered else st.integers(0, 120).map(str) | st.sampled_from(PLAIN)


@st.composite
def changed(draw: st.DrawFn, sound: Any) -> bytes:
    """A sound JSON file with a few of its parts exchanged, cut short, or with other bytes in it."""
    made = deepcopy(sound)
    for _ in range(draw(st.integers(0, 4))):
        _exchange(made, draw)
    try:
        raw = json.dumps(made, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):
        raw = b"{"
    if draw(st.integers(0, 5)) == 0:
        raw = raw[: draw(st.integers(0, len(raw)))]
    return raw + draw(st.just(b"") | st.just(b"") | st.binary(max_size=4))


def _exchange(made: Any, draw: st.DrawFn) -> None:
    """Walk down at random and put something else where the walk ends."""
    held = made
    while True:
        keys = list(held) if isinstance(held, dict) else list(range(len(held)))
        if not keys:
            return
        key = draw(st.sampled_from(keys))
        inner = held[key]
        if isinstance(inner, dict | list) and inner and draw(st.integers(0, 3)):
            held = inner
            continue
        held[key] = draw(JSON)
        return


FILES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda one: json.dumps(one).encode("utf-8", "surrogatepass")),
    st.just(b"[" * 3_000),
    st.just(b"\xef\xbb\xbf{}"),
    st.just(b" " * 70_000),
)
NAMES = st.sampled_from(["a.json", "", "../../x", "💊.json", "a" * 300, 'q"u\r\no', "nul\x00"])
