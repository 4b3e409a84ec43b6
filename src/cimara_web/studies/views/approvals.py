"""Ethics and agreement of a site: where they stand, what can happen now, what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from cimara_web import clock
from cimara_web.audit.queries import history
from cimara_web.machines import Machine, Transition
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder
from cimara_web.studies.actions.agreement import move_agreement
from cimara_web.studies.actions.documents import add_document
from cimara_web.studies.actions.ethics import move_ethics
from cimara_web.studies.actions.permitted import may
from cimara_web.studies.forms.approvals import AGREEMENT_STEPS, ETHICS_STEPS, step_form
from cimara_web.studies.kept_bytes import keep
from cimara_web.studies.models import StudyDocument, StudySite
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.paper_files import MOST_BYTES
from cimara_web.studies.queries import visible_documents
from cimara_web.studies.states import agreement as agreements
from cimara_web.studies.states import ethics as reviews
from cimara_web.studies.states.site import what_blocks
from cimara_web.studies.step_words import OF_AGREEMENT, OF_ETHICS
from cimara_web.studies.tones import tone
from cimara_web.studies.views.frame import attempt, page, refuse_unless, see_other, seen_site

READ_WRITE = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the pages of an ethics review and those of an agreement."""

    name: str
    title: str
    page: str
    machine: Machine
    in_force: frozenset[StrEnum]
    papers: DocumentKind
    paper: str
    move: Callable[..., object]
    state: Callable[[StudySite], StrEnum]
    about: Callable[[StudySite], UUID]
    words: Mapping[StrEnum, str]
    asks: Mapping[StrEnum, tuple[str, ...]]

    def happenings(self) -> dict[str, StrEnum]:
        """Word of the address -> what it stands for."""
        return {slugify(one.on): one.on for one in self.machine.transitions if one.permission}


@dataclass(frozen=True, slots=True)
class Past:
    """One thing that happened, from the audit trail."""

    at: datetime
    on: str
    source: str
    target: str
    by: str


ETHICS = Kind(
    name="ethics",
    title="Ethics review",
    page="study-ethics",
    machine=reviews.MACHINE,
    in_force=reviews.IN_FORCE,
    papers=DocumentKind.APPROVAL,
    paper="The letter of the board",
    move=move_ethics,
    state=lambda site: site.facts().ethics_on(clock.today()),
    about=lambda site: site.ethics.public_id,
    words=OF_ETHICS,
    asks=ETHICS_STEPS,
)
AGREEMENT = Kind(
    name="agreement",
    title="Agreement",
    page="study-agreement",
    machine=agreements.MACHINE,
    in_force=agreements.IN_FORCE,
    papers=DocumentKind.AGREEMENT,
    paper="The text of the agreement",
    move=move_agreement,
    state=lambda site: site.facts().agreement_on(clock.today()),
    about=lambda site: site.agreement.public_id,
    words=OF_AGREEMENT,
    asks=AGREEMENT_STEPS,
)


@require_safe
def ethics(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """The ethics review of a site."""
    return _shown(request, slug, site, ETHICS)


@require_safe
def agreement(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """The agreement with a site."""
    return _shown(request, slug, site, AGREEMENT)


@require_http_methods(READ_WRITE)
def ethics_step(request: HttpRequest, slug: str, site: UUID, on: str) -> HttpResponse:
    """One step of the ethics review."""
    return _step(request, slug, site, on, ETHICS)


@require_http_methods(READ_WRITE)
def agreement_step(request: HttpRequest, slug: str, site: UUID, on: str) -> HttpResponse:
    """One step of the agreement."""
    return _step(request, slug, site, on, AGREEMENT)


def offered(by: Holder, site: StudySite, kind: Kind) -> tuple[Transition, ...]:
    """What somebody could do to a site's review or agreement today."""
    if site.withdrawn_at or site.closed_at:
        return ()
    allowed = lambda permission: may(by, permission, site.study_id, site.public_id)  # noqa: E731
    return kind.machine.offered(kind.state(site), allowed)


def _shown(request: HttpRequest, slug: str, site: UUID, kind: Kind) -> HttpResponse:
    by, one = seen_site(request, slug, site)
    state = kind.state(one)
    context = {
        "site": one,
        "kind": kind,
        "state": state,
        "tone": tone(kind.name, state),
        "blocks": "" if state in kind.in_force else what_blocks(one.facts(), clock.today()),
        "buttons": [(kind.words[row.on], slugify(row.on)) for row in offered(by, one, kind)],
        "papers": _papers(by, one, kind),
        "past": _past(one, kind),
    }
    return page(request, kind.name, one.study, "Sites", **context)


def _step(request: HttpRequest, slug: str, site: UUID, on: str, kind: Kind) -> HttpResponse:
    by, one = seen_site(request, slug, site)
    happening = kind.happenings().get(on)
    if happening is None:
        raise Http404
    state = kind.state(one)
    is_offered = happening in {row.on for row in offered(by, one, kind)}
    refuse_unless(is_offered, f"'{happening}' can't be done by you, or not while this is {state}.")
    papers = _papers(by, one, kind)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    asks = kind.asks.get(happening, ())
    form = step_form(asks, papers, *sent, paper=kind.paper, initial=_initial(one, kind))
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        if attempt(form, lambda: _move(by, one, kind, happening, facts)):
            return see_other(kind.page, slug, site, done="moved")
    context = {"form": form, "heading": kind.words[happening], "button": "Save"}
    back = (kind.page, kind.title)
    return page(request, "form", one.study, "Sites", **context, site=one, back=back, upload=True)


def _move(by: Holder, site: StudySite, kind: Kind, on: StrEnum, facts: dict[str, Any]) -> None:
    """A file that came with the step is kept and added first, so that the step can name it."""
    now, file = clock.now(), facts.pop("file", None)
    chosen = facts.pop("document", "")
    document = UUID(chosen) if chosen else None
    if file:
        kept = keep(file.chunks(), most=MOST_BYTES)
        document = add_document(
            by=by,
            study=site.study,
            site=site,
            kept=kept,
            kind=kind.papers,
            title=f"{kind.title} of {site.code}",
            version=now.date().isoformat(),
            file_name=file.name,
            media_type=file.media_type,
            now=now,
        ).public_id
    kind.move(by=by, site=site, on=on, now=now, document=document, **facts)


def _initial(site: StudySite, kind: Kind) -> dict[str, Any]:
    if kind is ETHICS:
        return {"board": site.ethics.board, "reference": site.ethics.reference}
    return {"kind": site.agreement.kind}


def _papers(by: Holder, site: StudySite, kind: Kind) -> list[StudyDocument]:
    rows = visible_documents(by).filter(study_site=site, kind=kind.papers)
    return list(rows.order_by("-added_at"))


def _past(site: StudySite, kind: Kind) -> list[Past]:
    """What happened, the latest first; whoever sees the review sees its history."""
    events = list(history(kind.about(site)))
    names = names_of({one.actor for one in events if one.actor})
    return [
        Past(
            at=one.at,
            on=str(one.context.get("on", "")),
            source=str(one.context.get("from", "")),
            target=str(one.context.get("to", "")),
            by=names.get(one.actor, "Former member") if one.actor else "The portal",
        )
        for one in events
    ]
