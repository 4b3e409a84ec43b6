"""Messages between members through the portal: no address is shown to either of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from cimara_web.accounts.queries import addresses
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.members.models import ContactRequest, ContactState, Member
from cimara_web.outbox.actions.messages import put_in, take_back
from cimara_web.outbox.queries import sent_about
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission
from cimara_web.writes import audited

MOST_A_DAY = 5
KEPT = timedelta(days=90)
"""A message is deleted after this; until then somebody who declined is not written to again."""


class ContactError(ValueError):
    """A message can't be sent; the text says why."""


@audited
def ask_contact(
    *, by: Holder, sender: Member, receiver: Member, subject: str, text: str, now: datetime
) -> ContactRequest:
    """Mail a message to a member who agreed to be contacted, or who wrote first.

    Raises
    ------
    ContactError
        When the receiver doesn't want messages, declined before or left; after five messages in a day.
    """
    require(by, Permission.CONTACT_SEND)
    if by.account is None or by.account != sender.account_id:
        raise Refused("You can write in your own name only.")
    both = Member.objects.select_for_update().filter(pk__in=[sender.pk, receiver.pk]).order_by("pk")
    rows = {one.pk: one for one in both}
    _check(rows[sender.pk], rows[receiver.pk], now)
    to, language = addresses([receiver.account_id]).get(receiver.account_id, ("", ""))
    if not to:
        raise ContactError("This member has no account to write to.")
    made = ContactRequest(sender=sender, receiver=receiver, subject=subject, text=text, made_at=now)
    made.save(force_insert=True)
    put_in(
        dedupe_key=f"contact:{made.public_id}",
        about=made.public_id,
        to=to,
        template="contact",
        language=language,
        context={"sender": sender.display_name, "subject": subject, "text": text},
        now=now,
    )
    record(
        Event.CONTACT_ASKED,
        by=by,
        about=("contact", made.public_id),
        now=now,
        context={"to": str(receiver.public_id)},
    )
    return made


@audited
def decline(*, by: Holder, contact: ContactRequest, now: datetime) -> None:
    """Decline a message: its sender can't write again. For its receiver only.

    Raises
    ------
    ContactError
        When it was declined before.
    """
    if by.account is None or by.account != contact.receiver.account_id:
        raise Refused("Only who got a message can decline it.")
    row = ContactRequest.objects.select_for_update().get(pk=contact.pk)
    if row.state == ContactState.DECLINED:
        raise ContactError("You declined this message already.")
    row.state = ContactState.DECLINED
    row.save()
    take_back(about=row.public_id)
    record(Event.CONTACT_DECLINED, by=by, about=("contact", row.public_id), now=now)


@audited
def deliver(*, contact: ContactRequest, now: datetime) -> None:
    """Note that the mail of a message is on its way; the portal's own timer does so.

    Raises
    ------
    ContactError
        When it doesn't wait any more.
    """
    row = ContactRequest.objects.select_for_update().filter(pk=contact.pk).first()
    if row is None or row.state != ContactState.QUEUED:
        raise ContactError("This message doesn't wait any more.")
    row.state = ContactState.DELIVERED
    row.save()
    record(Event.CONTACT_DELIVERED, by=SYSTEM, about=("contact", row.public_id), now=now)


def deliver_sent(*, now: datetime) -> int:
    """Mark each message whose mail was sent since; returns how many."""
    waiting = list(ContactRequest.objects.filter(state=ContactState.QUEUED))
    sent = sent_about(one.public_id for one in waiting)
    return sum(_delivers(one, now) for one in waiting if one.public_id in sent)


def _delivers(contact: ContactRequest, now: datetime) -> bool:
    try:
        deliver(contact=contact, now=now)
    except ContactError:
        return False  # another process was quicker, or it was declined in this moment
    return True


def _check(sender: Member, receiver: Member, now: datetime) -> None:
    if receiver.left is not None or sender.pk == receiver.pk:
        raise ContactError("This member can't be written to.")
    of_sender = ContactRequest.objects.filter(sender=sender)
    if of_sender.filter(receiver=receiver, state=ContactState.DECLINED).exists():
        raise ContactError("This member declined a message of yours. You can't write to them for 90 days.")
    wrote_first = ContactRequest.objects.filter(sender=receiver, receiver=sender).exists()
    if not receiver.contactable and not wrote_first:
        raise ContactError("This member doesn't want messages from the directory.")
    if of_sender.filter(made_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise ContactError(f"You can send {MOST_A_DAY} messages a day. Go on tomorrow.")
