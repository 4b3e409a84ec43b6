"""No form of the portal is taken from another site: every address refuses one without its token."""

from __future__ import annotations

import pytest

from tests.web.walk import SIGN_IN, Walker, examples
from tests.web.world import World

NO_FORM = {
    "api/v1/match": "a program's question in JSON, answered without a session; nothing is written",
    "alerts/new/": "without an address it only fills in the form; with one it asks for the token",
}
"""Addresses that take a POST without a token -> why no harm comes of it."""
CHANGES_NOTHING = {"200", "400", "403", "404", "405", "415", "422", SIGN_IN}


@pytest.mark.parametrize("role", ["stranger", "lead", "coordinator", "office", "auditor"])
def test_a_form_without_its_token_does_nothing(w: World, role: str) -> None:
    walker = Walker(w, role)
    walker.client.handler.enforce_csrf_checks = True
    taken = []
    for pattern, example in examples().items():
        seen = walker.ask("POST", walker.filled(example))
        if seen.status != "403" and (seen.status not in CHANGES_NOTHING or seen.written):
            taken.append(f"{pattern}: {seen.status} {sorted(seen.written)}")
    assert not taken


def test_only_these_answer_at_all(w: World) -> None:
    walker = Walker(w, "stranger")
    walker.client.handler.enforce_csrf_checks = True
    answered = {p for p, e in examples().items() if walker.ask("POST", walker.filled(e)).status == "200"}
    assert answered <= NO_FORM.keys()
