"""The fixture of the scorecard's rules: lines of a form, and the response that they must give."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from cimara.response.criteria.rano_lm.derivation_2019 import LmCall, call_2019
from tests.spec.recording import keep
from tests.spec.response.manual_words import Table, because_of, with_status
from tests.unit.response.rano_lm.forms import form, line

PRESENCE = {"1": "present", "0": "absent", "NE": "not evaluable", "": "left empty"}
CHANGES = {"NE": "not evaluable"}


@pytest.fixture
def scorecard() -> Callable[[str, tuple[str, str]], None]:
    """Checks one form, whose lines read `item reference>follow-up change`, and keeps it for the manual."""

    def check(lines: str, expect: tuple[str, str]) -> None:
        call = call_2019(form(*[line(text) for text in lines.strip().splitlines()]))
        assert (call.response, call.rule_id) == expect
        keep("rano_lm_2019", items_table(lines), call_table(call))

    return check


def items_table(lines: str) -> Table:
    """The items that a test names; all others were absent at both scans."""
    rows = []
    for text in lines.strip().splitlines():
        match = re.fullmatch(r"(?P<item>[a-z ]+) (?P<then>\S*)>(?P<now>\S*) (?P<change>.*)", text.strip())
        assert match
        then, now = (PRESENCE[match[name]] for name in ("then", "now"))
        rows.append((match["item"], then, now, CHANGES.get(match["change"], match["change"])))
    return ("item", "reference", "follow-up", "change"), rows


def call_table(call: LmCall) -> Table:
    """The response of a form, the rule, why, and the flags."""
    why = because_of(call.reasons, call.rule_id, call.citation)
    row = (f"**{call.response}**", with_status(call.rule_id), why, ", ".join(call.flags))
    return ("response", "rule", "because", "flags"), [row]
