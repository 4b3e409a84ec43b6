"""RANO-LM forms of an invented patient, filled in from short words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from cimara.response.model import LmForm, LmItem, Tenths

SIZE = (Tenths(80), Tenths(60))
LINES = {
    "brain nodules": ("brain", "nodules"),
    "brain linear": ("brain", "linear_enhancement"),
    "hydrocephalus": ("brain", "hydrocephalus"),
    "spine nodules": ("spine", "nodules"),
    "spine linear": ("spine", "linear_enhancement"),
    "parenchymal": ("brain", "parenchymal"),
    "intramedullary": ("spine", "intramedullary"),
}
COUNTED = tuple(LINES)[:5]


def item(line: str, reference: str = "0", followup: str = "0", change: str | None = None) -> LmItem:
    """One line; without `change`, no change is written (nothing, for what is kept apart and absent)."""
    region, name = LINES[line]
    if change is None:
        change = "no change" if line in COUNTED else ""
    nodules = name == "nodules" and followup == "1"
    return LmItem(
        region, name, reference, followup, change, sizes=(SIZE,) if nodules else (), fewer_than_three=nodules
    )


def form(*items: LmItem, **fields: object) -> LmForm:
    """A complete form in which all that is not given was absent at both scans."""
    given = {(entry.region, entry.item): entry for entry in items}
    filled = LmForm(
        patient_id="DEMO-0001",
        visit_id="W8",
        reference_visit_id="BL",
        date=dt.date(2024, 3, 6),
        items=tuple(given.get(LINES[line], item(line)) for line in LINES),
        reference_scan_date=dt.date(2024, 1, 8),
        last_lumbar_puncture="2024-03-01",
        treatment_since_reference="none",
    )
    return replace(filled, **fields)  # type: ignore[arg-type]


def line(text: str) -> LmItem:
    """`"brain nodules 1>0 improved"` as an item."""
    words = text.split()
    at = next(index for index, word in enumerate(words) if ">" in word)
    reference, followup = words[at].split(">")
    return item(" ".join(words[:at]), reference, followup, " ".join(words[at + 1 :]))
