"""Whatever is sent to a form for members, sites, leads or the office: an answer in words, never a fault.

The forms are those of the pages themselves, read as everybody who may see them, in a small world with
a thing of every kind in every state. `CIMARA_MANY=1` sends 10,000 inputs.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.conf import settings as portal
from django.core.cache import caches
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.many import examples
from tests.web.addresses import ACCOUNTS, FOR_MEMBERS, NETWORK
from tests.web.generative.forms_of_pages import FormField, PageForm, forms_of
from tests.web.generative.odd_input import BYTES, FILES, NAMES
from tests.web.people import signed_in
from tests.web.walk import Walker, stage
from tests.web.world import World

pytestmark = pytest.mark.django_db
INPUTS = examples(few=160, many=10_000)
SENDERS = ("lead", "coordinator", "statistician", "office", "auditor", "member")
URLENCODED = "application/x-www-form-urlencoded"
FEWEST_FORMS = 30
sent: Counter[str] = Counter()
answered: Counter[int] = Counter()


@pytest.fixture
def w(db: None, tmp_path: Path) -> Iterator[World]:
    with stage(tmp_path / "store") as made:
        yield made


@pytest.fixture
def forms(w: World) -> list[tuple[str, PageForm]]:
    """Every form of every page, once, with somebody who has it before them."""
    found: dict[tuple[object, ...], tuple[str, PageForm]] = {}
    for name in SENDERS:
        walker = Walker(w, name)
        for address in (*map(walker.filled, EXAMPLES.values()), *pages_of_states(w)):
            seen = walker.ask("GET", address)
            if seen.status == "200" and "html" in seen.headers["Content-Type"]:
                for form in forms_of(address, seen.body.decode()):
                    found.setdefault(form.key, (name, form))
    return list(found.values())


EXAMPLES = {**FOR_MEMBERS, **NETWORK, **ACCOUNTS}


def pages_of_states(w: World) -> Iterator[str]:
    """Pages of sites and submissions in other states than those of the examples."""
    for state, one in w.ethics.items():
        yield f"studies/{w.study.slug}/sites/{one.public_id}/ethics/?{state}"
    for state, one in w.agreements.items():
        yield f"studies/{w.study.slug}/sites/{one.public_id}/agreement/?{state}"
    for one in w.sites.values():
        yield f"studies/{w.study.slug}/sites/{one.public_id}/"
    for submission in w.submissions.values():
        yield f"studies/{w.study.slug}/submissions/{submission.public_id}/"
    for analysis in w.analyses.values():
        yield f"studies/{w.study.slug}/analyses/{analysis.public_id}/"
    for study in w.studies.values():
        yield f"studies/{study.slug}/"


Pairs = list[tuple[bytes, bytes | tuple[str, bytes]]]


@st.composite
def filled(draw: st.DrawFn, form: PageForm) -> Pairs:
    """The form filled in soundly here and oddly there; fields left out, repeated, and others' names."""
    pairs: Pairs = []
    for name, one in form.fields.items():
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 1, 1, 2]))):
            pairs.append((name.encode(), draw(_value(one))))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1]))):
        pairs.append((draw(BYTES), draw(BYTES)))
    return pairs


def _value(one: FormField) -> st.SearchStrategy[Any]:
    if one.is_file:
        return st.tuples(NAMES, FILES)
    sound = st.sampled_from([value.encode() for value in one.values] or [b"1"])
    return sound | BYTES if not one.is_hidden else sound | sound | sound | BYTES


def urlencoded(pairs: Pairs) -> bytes:
    plain = ((name, value if isinstance(value, bytes) else value[1]) for name, value in pairs)
    return "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in plain).encode()


def multipart(pairs: Pairs) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in pairs:
        file, content = ("", value) if isinstance(value, bytes) else value
        told = (
            f'; filename="{file}"'.encode("utf-8", "surrogatepass") if not isinstance(value, bytes) else b""
        )
        parts.append(
            b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (boundary.encode(), name, told, content)
        )
    return b"".join(parts) + b"--%s--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}"


class Sender:
    """Everybody with their browsers; whatever a form does is undone."""

    def __init__(self, w: World) -> None:
        self._clients = {name: signed_in(w.accounts[name]) for name in SENDERS}
        self._cookies = {name: dict(one.cookies.items()) for name, one in self._clients.items()}

    def send(self, name: str, form: PageForm, pairs: Pairs) -> int:
        """The status of the answer; a fault of ours raises here."""
        for one in portal.CACHES:
            caches[one].clear()
        client = self._clients[name]
        client.cookies.clear()
        client.cookies.update(self._cookies[name])
        with transaction.atomic():
            if form.method != "post":
                response = client.get(form.action, QUERY_STRING=urlencoded(pairs).decode(), secure=True)
            else:
                body, kind = multipart(pairs) if form.is_multipart else (urlencoded(pairs), URLENCODED)
                response = client.generic("POST", form.action, body, content_type=kind, secure=True)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        return int(response.status_code)


def test_no_form_breaks(w: World, forms: list[tuple[str, PageForm]]) -> None:
    assert len(forms) >= FEWEST_FORMS
    sender = Sender(w)

    @settings(
        deadline=None,
        max_examples=INPUTS,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(st.data())
    def each(data: st.DataObject) -> None:
        name, form = data.draw(st.sampled_from(forms))
        pairs = data.draw(filled(form))
        status = sender.send(name, form, pairs)
        assert status < 500, (name, form.action, pairs)
        sent[form.action.split("/")[1]] += 1
        answered[status] += 1

    each()
    print(f"\n{len(forms)} forms; sent: {sum(sent.values())} {dict(sent)}; answered: {dict(answered)}")
    assert answered[303] + answered[302] > INPUTS / 50, "some of it is sound"
