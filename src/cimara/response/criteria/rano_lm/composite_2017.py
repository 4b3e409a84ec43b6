"""The RANO-LM composite of 2017: examination, cerebrospinal fluid and MRI to one response.

Only what the abstract prints is verified; the rest waits for a person to enter the published table with
page numbers, and until then gives UNDETERMINED.
"""

from __future__ import annotations

from functools import cache

from cimara.response.criteria.rano_lm.derivation_2019 import UNVERIFIED, LmCall, call_2019
from cimara.response.model import LmForm
from cimara.response.tables import Table, TableError, TableRow, load_table
from cimara.terms.response import Course, CsfCourse, CsfResult, Response

TABLE = "rano_lm_2017"
VERIFIED = "V"


MRI_COURSES = {
    Response.PD: Course.WORSE,
    Response.PR: Course.IMPROVED,
    Response.CR: Course.IMPROVED,
    Response.SD: Course.STABLE,
    Response.NED: Course.STABLE,
}
"""What the scorecard's response says of the MRI; all other words leave it not judged."""

EXAM_WORDS = {"improved": Course.IMPROVED, "stable": Course.STABLE, "no change": Course.STABLE}
EXAM_WORDS["worse"] = Course.WORSE


@cache
def composite() -> Table:
    """The shipped rules, checked."""
    return sourced(load_table(TABLE))


def sourced(table: Table) -> Table:
    """The table as it is, if every verified row names its source.

    Raises
    ------
    TableError
        A row of status V that does not say who transcribed it and from which page.
    """
    for row in table.rows:
        if row.status == VERIFIED and not (row.extra["transcribed_by"].strip() and row.extra["page"].strip()):
            raise TableError(
                "a verified row without its source",
                where=f"table {table.name}, rule {row.rule_id}",
                expected="transcribed_by and page filled in",
                hint="Use status U until someone has read the row in print.",
            )
    return table


def csf_course(reference: str, now: str) -> CsfCourse:
    """Change of the fluid between two results; a result that is missing or not done leaves it not judged."""
    known = (CsfResult.NEGATIVE, CsfResult.EQUIVOCAL, CsfResult.POSITIVE)
    if reference not in known or now not in known:
        return CsfCourse.NE
    if CsfResult.EQUIVOCAL in (reference, now):
        return CsfCourse.EQUIVOCAL
    if reference == now:
        return CsfCourse.STABLE
    turned_positive = now == CsfResult.POSITIVE
    return CsfCourse.NEGATIVE_TO_POSITIVE if turned_positive else CsfCourse.POSITIVE_TO_NEGATIVE


def mri_course(form: LmForm, *, report_incomplete: bool = False) -> tuple[Course, tuple[str, ...]]:
    """Change on MRI as the scorecard of 2019 has it (project decision: the 2017 scorecard is withdrawn).

    With the flags of that call: the derivation from the scorecard is itself unverified.
    """
    call = call_2019(form, report_incomplete=report_incomplete)
    return MRI_COURSES.get(call.response, Course.NE), call.flags


def exam_course(form: LmForm) -> Course:
    """Change of the neurological examination as the form has it."""
    return EXAM_WORDS.get(form.exam_change.strip().lower(), Course.NE)


def call_2017(
    exam: Course, csf: CsfCourse, mri: Course, *, allow_unverified: bool, rules: Table | None = None
) -> LmCall:
    """The composite response of the three elements.

    A rule of status U applies only with `allow_unverified`; otherwise, and wherever no rule is known, the
    response is UNDETERMINED. `rules` (see `sourced`) replaces the shipped table.

    Source: Chamberlain 2017; rows and their status in `tables/rano_lm_2017.csv`.
    """
    row = (rules or composite()).first(exam=str(exam), csf=str(csf), mri=str(mri))
    if row.status == UNVERIFIED and not allow_unverified:
        return LmCall(row.rule_id, Response.UNDETERMINED, ("UNVERIFIED_TABLE_NOT_ALLOWED",), (), row.citation)
    flags = (f"UNVERIFIED_RULE:{row.rule_id}",) if row.status == UNVERIFIED else ()
    return LmCall(row.rule_id, Response(row.outcome), _reasons(row, exam, csf, mri), flags, row.citation)


def _reasons(row: TableRow, exam: Course, csf: CsfCourse, mri: Course) -> tuple[str, ...]:
    found = {
        "LM_MRI_WORSE": mri is Course.WORSE,
        "LM_CSF_TURNED_POSITIVE": csf is CsfCourse.NEGATIVE_TO_POSITIVE,
        "LM_EXAM_WORSE": exam is Course.WORSE,
        "LM_COMPOSITE_NOT_TRANSCRIBED": row.outcome == Response.UNDETERMINED,
    }
    return tuple(code for code, applies in found.items() if applies)
