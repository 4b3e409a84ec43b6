"""What the audit trail can be narrowed to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.words import event_words

ID_ERROR = {"invalid": "An id is 32 digits from 0 to f with hyphens, as the table shows it."}


class TrailForm(forms.Form):
    """Filters of the trail; each may be left out. `before` is the place in the trail to read on from."""

    use_required_attribute = False
    event = forms.ChoiceField(
        label="What happened",
        required=False,
        choices=[
            ("", "Anything"),
            *sorted(((one.value, event_words(one.value)) for one in Event), key=lambda c: c[1]),
        ],
    )
    day = forms.DateField(
        label="Day (UTC)",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "A day is written as year-month-day, such as 2026-11-20."},
    )
    study = forms.UUIDField(label="Study, by its id", required=False, error_messages=ID_ERROR)
    actor = forms.UUIDField(label="Who did it, by their id", required=False, error_messages=ID_ERROR)
    about = forms.UUIDField(label="What it was done to, by its id", required=False, error_messages=ID_ERROR)
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput(), label="Place"
    )

    def narrowed(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Those of the events that fit every filter, wherever in the trail."""
        wanted = {
            "event": "event",
            "day": "at__date",
            "study": "study",
            "actor": "actor",
            "about": "about_id",
        }
        given = {wanted[name]: value for name, value in self.cleaned_data.items() if name in wanted and value}
        return events.filter(**given)

    def query(self, **changed: Any) -> dict[str, str]:
        """The filters as the query of an address, with some of them changed."""
        told = {name: value for name, value in self.cleaned_data.items() if name != "before"} | changed
        return {name: str(value) for name, value in told.items() if value not in (None, "")}
