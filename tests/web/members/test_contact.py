"""Messages between members: through the portal, five a day, no address shown, the receiver may decline."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from cimara_web.members.actions.contact import (
    ContactError,
    ask_contact,
    decline,
    deliver,
    deliver_sent,
)
from cimara_web.members.actions.purging import age_members, purge_contacts, purge_invitations
from cimara_web.members.models import ContactRequest, ContactState, Invitation, Member
from cimara_web.outbox.actions.messages import ADDRESS, CONTEXT
from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import State
from cimara_web.permissions.holder import Refused
from cimara_web.sealed import unseal
from cimara_web.writes import action
from tests.web import people
from tests.web.members.trail import count, last
from tests.web.people import NOW

SHOWN = {"display_name": "members"}


@pytest.fixture
def me() -> Member:
    return people.member(people.account(), display_name="Demo Sender")


@pytest.fixture
def other() -> Member:
    own = people.account()
    return people.member(own, display_name="Demo Receiver", contactable=True, visibility=SHOWN)


def write(me: Member, other: Member, **changes: Any) -> ContactRequest:
    facts = {"subject": "A question", "text": "May I ask?", "now": NOW, **changes}
    return ask_contact(by=people.acting(me.account, facts["now"]), sender=me, receiver=other, **facts)


def test_the_mail_goes_to_the_receiver_and_shows_no_address(me: Member, other: Member) -> None:
    write(me, other)
    row = OutboxMessage.objects.get()
    assert unseal(ADDRESS, row.to, row=row.dedupe_key) == other.account.email
    context = json.loads(unseal(CONTEXT, row.context, row=row.dedupe_key))
    assert context == {"sender": "Demo Sender", "subject": "A question", "text": "May I ask?"}
    assert last() == ("contact.asked", {"to": str(other.pk)})


def test_the_pages_of_both_show_no_address(me: Member, other: Member) -> None:
    write(me, other)
    for reader, partner in ((me, other), (other, me)):
        page = people.signed_in(reader.account).get("/network/messages/").content.decode()
        assert "May I ask?" in page
        assert partner.account.email not in page


def test_five_messages_a_day_and_again_tomorrow(me: Member, other: Member) -> None:
    for _ in range(5):
        write(me, other)
    with pytest.raises(ContactError, match="5 messages a day"):
        write(me, other)
    write(me, other, now=NOW + timedelta(days=1, seconds=1))


def test_who_does_not_want_messages_gets_none(me: Member) -> None:
    quiet = people.member(people.account(), visibility=SHOWN)
    with pytest.raises(ContactError, match="doesn't want messages"):
        write(me, quiet)


def test_who_was_written_to_may_answer_even_somebody_who_wants_none(me: Member, other: Member) -> None:
    write(me, other)
    write(other, me, subject="Re: A question")


def test_who_was_declined_can_not_write_again(me: Member, other: Member) -> None:
    sent = write(me, other)
    decline(by=people.acting(other.account), contact=sent, now=NOW)
    assert not OutboxMessage.objects.exists()
    assert last() == ("contact.declined", {})
    with pytest.raises(ContactError, match="declined a message of yours"):
        write(me, other)
    with pytest.raises(ContactError, match="already"):
        decline(by=people.acting(other.account), contact=sent, now=NOW)


def test_only_its_receiver_declines(me: Member, other: Member) -> None:
    sent = write(me, other)
    with pytest.raises(Refused):
        decline(by=people.acting(me.account), contact=sent, now=NOW)


def test_nobody_writes_in_anothers_name_or_to_themselves_or_to_who_left(me: Member, other: Member) -> None:
    with pytest.raises(Refused):
        ask_contact(
            by=people.acting(people.account()), sender=me, receiver=other, subject="s", text="t", now=NOW
        )
    with pytest.raises(ContactError):
        write(me, me)
    other.left = people.TODAY
    action(other.save)()
    with pytest.raises(ContactError, match="can't be written to"):
        write(me, other)


def test_public_accounts_send_nothing(other: Member) -> None:
    outsider = people.member(people.account(member=False))
    with pytest.raises(Refused):
        write(outsider, other)


def test_a_message_is_delivered_when_its_mail_was_sent(me: Member, other: Member) -> None:
    sent, waiting = write(me, other), write(me, other)

    @action
    def mailed() -> None:
        OutboxMessage.objects.filter(about=sent.pk).update(state=State.SENT)

    mailed()
    assert deliver_sent(now=NOW) == 1
    assert deliver_sent(now=NOW) == 0
    sent.refresh_from_db()
    waiting.refresh_from_db()
    assert (sent.state, waiting.state) == (ContactState.DELIVERED, ContactState.QUEUED)
    assert last() == ("contact.delivered", {})
    with pytest.raises(ContactError):
        deliver(contact=sent, now=NOW)


class TestThePages:
    def test_a_message_is_sent_and_read_and_declined(self, me: Member, other: Member) -> None:
        browser = people.signed_in(me.account)
        address = f"/network/people/{other.pk}/contact/"
        assert browser.post(address, {"subject": "Hello", "text": "Text\nof two lines"}).status_code == 303
        sent = ContactRequest.objects.get()
        reader = people.signed_in(other.account)
        assert "Hello" in reader.get("/network/messages/").content.decode()
        assert reader.post(f"/network/messages/{sent.pk}/decline/").status_code == 303
        assert "Declined" in browser.get("/network/messages/").content.decode()

    def test_an_empty_message_is_told_and_the_subject_stays(self, me: Member, other: Member) -> None:
        page = people.signed_in(me.account).post(
            f"/network/people/{other.pk}/contact/", {"subject": "Kept words", "text": " "}
        )
        assert "Fill this in" in page.content.decode()
        assert 'value="Kept words"' in page.content.decode()

    def test_a_refused_message_says_why(self, me: Member) -> None:
        quiet = people.member(people.account(), visibility=SHOWN)
        page = people.signed_in(me.account).post(
            f"/network/people/{quiet.pk}/contact/", {"subject": "s", "text": "t"}
        )
        assert "want messages" in page.content.decode()

    def test_who_shows_no_name_can_not_be_written_to_unless_they_wrote_first(
        self, me: Member, other: Member
    ) -> None:
        address = f"/network/people/{me.pk}/contact/"
        reader = people.signed_in(other.account)
        assert reader.get(address).status_code == 404
        write(me, other)
        assert 'value="Re: A question"' in reader.get(address).content.decode()

    def test_nobody_reads_or_declines_what_is_not_theirs(self, me: Member, other: Member) -> None:
        sent = write(me, other)
        third = people.signed_in(people.member(people.account()).account)
        assert "A question" not in third.get("/network/messages/").content.decode()
        assert third.post(f"/network/messages/{sent.pk}/decline/").status_code == 404


def test_messages_go_after_90_days_and_invitations_30_days_after_their_end(me: Member, other: Member) -> None:
    sent = write(me, other)
    assert purge_contacts(now=NOW + timedelta(days=89)) == 0
    assert purge_contacts(now=NOW + timedelta(days=90)) == 1
    assert not ContactRequest.objects.filter(pk=sent.pk).exists()

    @action
    def invitation() -> None:
        row = Invitation(email="a@example.org", institution=people.institution(), by=me.account_id)
        row.token_hash, row.made_at, row.expires_at = "h", NOW, NOW + timedelta(days=14)
        row.save()

    invitation()
    assert purge_invitations(now=NOW + timedelta(days=43)) == 0
    assert purge_invitations(now=NOW + timedelta(days=44)) == 1


def test_the_timer_does_all_of_it_and_says_how_much() -> None:
    before = count()
    done = age_members(now=NOW)
    assert done == {"contacts_delivered": 0, "invitations_purged": 0, "contacts_purged": 0}
    assert count() == before
