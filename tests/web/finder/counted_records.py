"""Made-up records with measures and a start, for pages that count."""

from __future__ import annotations

from typing import Any

from tests.web.finder.registry_of import ALLOWS, EXCLUDES, SILENT, study

LMD_OUT = f"{EXCLUDES}* Leptomeningeal disease\n"


def measured(
    number: int, criteria: str = SILENT, *measures: str, start: str | None = "2021-03", **more: Any
) -> dict[str, Any]:
    """A study that started on a day and lists some measures."""
    record = study(number, criteria, **more)
    protocol = record["protocolSection"]
    if start:
        protocol["statusModule"]["startDateStruct"] = {"date": start}
    protocol["outcomesModule"] = {"primaryOutcomes": [{"measure": one} for one in measures]}
    return record


FIVE = (
    measured(1, ALLOWS, "Intracranial PFS by RANO-BM or death", "Overall survival", start="2019-01"),
    measured(2, EXCLUDES, "CNS PFS", start="2020-05", phases=["PHASE3"]),
    measured(3, LMD_OUT, "Progression-free survival by RECIST 1.1", start="2021-02", conditions=["Melanoma"]),
    measured(4, SILENT, start="2021-09", phases=["PHASE1", "PHASE2"]),
    measured(5, SILENT, "Quality of life", start=None),
)
