"""Every personal field is in the copy of one's own data, and goes with its person (portal.md 10.5)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from cimara_web.accounts.actions.leaving import delete_account
from cimara_web.accounts.own_data import Owner, exported, staying
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.audit.verifying import verify
from cimara_web.members.models import Affiliation, ContactRequest, Invitation, Member
from cimara_web.studies.own_data import THEIRS
from cimara_web.writes import action
from tests.web.people import NOW, acting
from tests.web.world import World, uid

BY_NUMBER = {f"{model.__name__}.{column}" for model, column, _, _ in THEIRS} | {"AuditEvent.actor"}
"""Columns that keep the number of an account: exported; they stay when it goes, and lead nowhere."""
WITH_THE_ACCOUNT = {
    "Account",
    "RoleGrant",
    "SignInLink",
    "Member",
    "Affiliation",
    "Invitation",
    "ContactRequest",
}
"""Models whose rows are exported whole, and deleted or emptied with the account."""
OF_NO_ACCOUNT = {
    "Alert": "of an address that nobody joins to an account; its own links show and delete it",
    "OutboxMessage": "the language of a mail, which is sealed; taken back when the account goes",
}
CANARY = "Canary"


def personal() -> Iterator[str]:
    """Every field that the register calls personal."""
    for model in apps.get_models():
        for name, level in vars(getattr(model, "Privacy", object)).items():
            if level == "personal":
                yield f"{model.__name__}.{name}"


def test_every_personal_field_is_handled_one_way() -> None:
    unhandled = {
        one
        for one in personal()
        if one not in BY_NUMBER and one.partition(".")[0] not in WITH_THE_ACCOUNT | OF_NO_ACCOUNT.keys()
    }
    assert not unhandled
    assert set(personal()) >= BY_NUMBER


@pytest.fixture
def leaving(w: World) -> World:
    """The coordinator, with a word of their own in every field that takes one, and about to leave."""
    _plant(w)
    return w


@action
def _plant(w: World) -> None:
    account = w.accounts["coordinator"]
    account.email, account.deletion_due_at = "canary@example.org", NOW - timedelta(minutes=1)
    account.save()
    EmailAddress.objects.filter(user=account).update(email=account.email)
    me = Member.objects.get(account=account)
    me.display_name, me.degrees, me.orcid = f"{CANARY} Name", f"{CANARY} MD", "0000-0002-1825-0097"
    me.interests, me.languages, me.specialties = [f"{CANARY} topic"], [f"{CANARY} tongue"], ["neurosurgery"]
    me.save()
    Affiliation.objects.filter(member=me).update(department=f"{CANARY} ward", role=f"{CANARY} post")
    other = Member.objects.get(account=w.accounts["member"])
    for sender, receiver in ((me, other), (other, me)):
        ContactRequest(
            sender=sender,
            receiver=receiver,
            subject=f"{CANARY} subject",
            text=f"{CANARY} text",
            made_at=NOW,
        ).save()
    Invitation.objects.filter(pk=w.invitations["accepted"].pk).update(email=account.email)  # type: ignore[index]
    for model, column, _, _ in THEIRS:
        row = model.objects.exclude(**{column: None}).first() or model.objects.first()  # type: ignore[attr-defined]
        setattr(row, column, account.pk)
        row.save()
    record(Event.MEMBER_CHANGED, by=acting(account), about=("member", me.pk), now=NOW)


def owner(w: World) -> Owner:
    account = w.accounts["coordinator"]
    return Owner(account.pk, (account.email,))


def copy_of(w: World) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(exported(owner(w)))) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}


def test_the_copy_has_every_word_of_theirs(leaving: World) -> None:
    text = json.dumps(copy_of(leaving))
    words = ("Name", "MD", "topic", "tongue", "ward", "post", "subject", "text")
    assert not [word for word in words if f"{CANARY} {word}" not in text]
    assert "0000-0002-1825-0097" in text
    assert leaving.accounts["coordinator"].email in text


def test_the_copy_names_every_column_that_keeps_their_number(leaving: World) -> None:
    found = {f"{row['thing']}.{row['as']}" for row in copy_of(leaving)["studies.json"]}
    assert found == BY_NUMBER - {"AuditEvent.actor"}
    assert [row["event"] for row in copy_of(leaving)["audit.json"]] == [Event.MEMBER_CHANGED]


def test_afterwards_no_word_of_theirs_is_in_the_database_but_the_name_of_an_author(leaving: World) -> None:
    account = leaving.accounts["coordinator"]
    delete_account(account=account.pk, now=NOW)
    left = set(_holding(CANARY, account.email, "0000-0002-1825-0097"))
    assert left == {"Member.display_name"}


def test_afterwards_their_number_is_only_where_the_register_says(leaving: World) -> None:
    account = leaving.accounts["coordinator"]
    delete_account(account=account.pk, now=NOW)
    places = set(_holding(str(account.pk), account.pk.hex))
    own = {"AuditEvent.about_id", "Member.former_account", "RoleGrant.granted_by", "Invitation.by"}
    assert places <= BY_NUMBER | own | {"AuditEvent.context"}
    assert "AuditEvent.actor" in places


def test_the_chain_still_holds(leaving: World) -> None:
    delete_account(account=leaving.accounts["coordinator"].pk, now=NOW)
    assert verify().holds


def test_the_page_says_what_stays(leaving: World) -> None:
    said = " ".join(staying(owner(leaving)))
    assert "audit trail, under a number" in said
    assert "what you added, sent, decided and signed" in said
    assert staying(Owner(uid("nobody"))) == []


def _holding(*words: str) -> Iterator[str]:
    """Columns of the whole database in which one of these words stands."""
    for model in apps.get_models():
        fields = [one.name for one in model._meta.concrete_fields if not isinstance(one, models.BinaryField)]
        for row in model._default_manager.values_list(*fields):
            for name, value in zip(fields, row, strict=True):
                text = value.hex + str(value) if isinstance(value, UUID) else str(value)
                if any(word in text for word in words):
                    yield f"{model.__name__}.{name}"
