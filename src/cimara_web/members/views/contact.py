"""Messages between members: write one, read those of one's own, decline."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cimara_web import clock
from cimara_web.members.actions.contact import MOST_A_DAY, ContactError, ask_contact, decline
from cimara_web.members.forms.contact import ContactForm
from cimara_web.members.models import ContactRequest, ContactState, Member
from cimara_web.members.queries import visible_contacts, visible_members
from cimara_web.members.shown import NAMELESS, person
from cimara_web.members.views.people import reader
from cimara_web.members.views.profile import own_member
from cimara_web.permissions.holder import Holder


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, member: UUID) -> HttpResponse:
    """A message to somebody who agreed to get some, or who wrote first."""
    by = reader(request)
    receiver = _receiver(by, member)
    form = ContactForm(request.POST or None, initial=_answering(request, by, receiver))
    if request.method == "POST" and form.is_valid():
        try:
            ask_contact(
                by=by, sender=own_member(request), receiver=receiver, now=clock.now(), **form.cleaned_data
            )
        except ContactError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(f"{reverse('messages')}?sent=1", status=303)
    context = {"form": form, "person": person(receiver, by), "most": MOST_A_DAY}
    return render(request, "network/contact.html", context)


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """Messages that I got and sent; each for 90 days."""
    by = reader(request)
    rows = [_told(one, by) for one in visible_contacts(by)]
    context = {
        "got": [one for one in rows if one["is_mine"]],
        "sent": [one for one in rows if not one["is_mine"]],
        "is_sent": "sent" in request.GET,
    }
    return render(request, "network/messages.html", context)


@require_POST
def decline_message(request: HttpRequest, message: UUID) -> HttpResponse:
    """No more messages of this sender, please."""
    by = reader(request)
    found = get_object_or_404(visible_contacts(by), public_id=message)
    with suppress(ContactError):  # declined in another window: what is wanted is so
        decline(by=by, contact=found, now=clock.now())
    return HttpResponseRedirect(reverse("messages"), status=303)


def _receiver(by: Holder, member: UUID) -> Member:
    """Somebody whose name one sees, or who wrote to one."""
    row = visible_members(by).filter(pk=member).first()
    if row is None:
        wrote = visible_contacts(by).filter(sender=member, receiver__account=by.account).first()
        row = wrote.sender if wrote else None
    if row is None or row.account_id == by.account:
        raise Http404
    return row


def _answering(request: HttpRequest, by: Holder, receiver: Member) -> dict[str, str]:
    """The subject of their last message, to answer to."""
    last = visible_contacts(by).filter(sender=receiver, receiver__account=by.account).first()
    if last is None:
        return {}
    subject = last.subject if last.subject.startswith("Re: ") else f"Re: {last.subject}"
    return {"subject": subject[:120]}


def _told(row: ContactRequest, by: Holder) -> dict[str, object]:
    """A message as its sender or its receiver reads it; who wrote told their name by writing."""
    is_mine = row.receiver.account_id == by.account
    other = row.sender if is_mine else row.receiver
    return {
        "row": row,
        "is_mine": is_mine,
        "name": other.display_name if is_mine else person(other, by).name or NAMELESS,
        "other": other.public_id,
        "is_declined": row.state == ContactState.DECLINED,
        "words": {
            ContactState.QUEUED: ("Waits to be mailed", "waiting"),
            ContactState.DELIVERED: ("Mailed", "good"),
            ContactState.DECLINED: ("Declined", "ended"),
        }[ContactState(row.state)],
    }
