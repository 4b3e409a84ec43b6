"""RECIST 1.1: the parts of a visit joined by table `recist11`. mRECIST-CNS (5 mm) uses the same table."""

from __future__ import annotations

from cimara.response.criteria.call import Call, called
from cimara.response.criteria.components import Parts
from cimara.response.tables import load_table


def recist_call(parts: Parts) -> Call:
    """The overall response by R11-O1 to O9 and R11-N1 to N3."""
    row = load_table("recist11").first(
        target=parts.target.word, nontarget=parts.nontarget.word, new=parts.new.word
    )
    return called(row, row.outcome, parts, kind=row.extra["kind"])
