"""The forms of documents, milestones and the team."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from cimara_web.permissions.roles import ROLES
from cimara_web.studies.actions.team import TEAM_ROLES
from cimara_web.studies.forms.fields import Day, Line, OneWord, Paper, offered
from cimara_web.studies.models import StudySite
from cimara_web.studies.models.paper import DocumentKind, MilestoneKind

KINDS = [
    (DocumentKind.PROTOCOL.value, "Protocol"),
    (DocumentKind.SAP.value, "Statistical analysis plan"),
    (DocumentKind.DICTIONARY.value, "Dictionary (study file: .toml, or .zip with its definitions)"),
    (DocumentKind.APPROVAL.value, "Approval of a site"),
    (DocumentKind.AGREEMENT.value, "Agreement with a site"),
    (DocumentKind.OTHER.value, "Other"),
]
OF_SITE = KINDS[3:5]


class DocumentForm(forms.Form):
    """A new document."""

    use_required_attribute = False
    title = Line(label="Title", most=150)
    version = Line(label="Version", most=20, help_text="Such as 1.0, or its date.")
    file = Paper()

    def __init__(self, *args: Any, sites: Iterable[StudySite], is_lead: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"] = OneWord(KINDS if is_lead else OF_SITE, label="What it is")
        self.fields["site"] = site_choice(
            sites, required=not is_lead, hint="Leave empty for a document of the whole study."
        )
        self.order_fields(("kind", "title", "version", "site", "file"))


class MilestoneForm(forms.Form):
    """Something due."""

    use_required_attribute = False
    kind = OneWord(offered(MilestoneKind), label="What")
    due = Day(label="Due on")
    note = Line(label="Note", most=150, required=False)

    def __init__(self, *args: Any, sites: Iterable[StudySite], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["site"] = site_choice(
            sites, required=False, hint="Leave empty for one of the whole study."
        )


class DoneForm(forms.Form):
    """The day on which a milestone was reached."""

    use_required_attribute = False
    done_at = Day(label="Done on")


class RoleForm(forms.Form):
    """A role for somebody."""

    use_required_attribute = False
    role = OneWord([(one.value, ROLES[one].name) for one in TEAM_ROLES], label="Role")
    ends = Day(label="Until", required=False, help_text="Twelve months, when you leave it empty.")

    def __init__(
        self, *args: Any, people: Iterable[tuple[UUID, str]], sites: Iterable[StudySite], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["account"] = OneWord([(str(one), name) for one, name in people], label="Member")
        hint = "For a site lead or a coordinator."
        self.fields["site"] = site_choice(sites, required=False, hint=hint)
        self.order_fields(("account", "role", "site", "ends"))


def site_choice(sites: Iterable[StudySite], *, required: bool, hint: str) -> OneWord:
    """One of the sites of a study."""
    offers = [(str(one.public_id), f"{one.code}, {one.institution.name}") for one in sites]
    return OneWord(offers, label="Site", required=required, help_text=hint)
