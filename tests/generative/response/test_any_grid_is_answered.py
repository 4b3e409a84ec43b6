"""Any grid that can be read can be worked out, warned about, drawn, taken away and brought back."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara.response import Policy, derive
from cimara.response.worksheet.cautions import cautions
from cimara.response.worksheet.files import read_upload, results_csv, tidy_zip
from cimara.response.worksheet.filling import fill_sheet
from cimara.response.worksheet.places import PLACES
from cimara.response.worksheet.reading import CLINICAL, NEW, STEROIDS, read_sheet
from cimara.response.worksheet.sheet import SheetLesion, SheetRole, SheetVisit, Worksheet
from cimara.response.worksheet.spider import spider

CRITERIA = ("recist11", "rano_bm", "rano_bm_imaging", "mrecist_cns5", "irano", "irecist")
SIZES = st.one_of(
    st.integers(0, 3000).map(lambda one: f"{one / 10:.1f}"),
    st.tuples(st.integers(50, 400), st.integers(1, 50)).map(lambda one: f"{one[0] / 10} x {one[1] / 10}"),
    st.sampled_from(("", "TOO SMALL", "ABSENT", "NE", "NOT DONE")),
)
WORDS = st.sampled_from(("", "PRESENT", "ABSENT", "PD", "NE", "12 x 8"))
NEWS = st.sampled_from(("", "EQUIVOCAL", "UNEQUIVOCAL", "ABSENT", "UNEQUIVOCAL 9 x 6"))
CELLS = {SheetRole.TARGET: SIZES, SheetRole.NON_TARGET: WORDS, SheetRole.NEW: NEWS}


@st.composite
def grids(draw: st.DrawFn) -> Worksheet:
    """A grid of a few visits, in any order of dates, and a few lesions."""
    days = draw(st.lists(st.dates(), min_size=1, max_size=5))
    visits = tuple(
        SheetVisit(
            f"V{at}",
            day.isoformat(),
            draw(st.sampled_from(sorted(CLINICAL))),
            draw(st.sampled_from(sorted(STEROIDS))),
            draw(st.sampled_from(NEW)),
        )
        for at, day in enumerate(days)
    )
    lesions = []
    for at in range(draw(st.integers(0, 4))):
        role = draw(st.sampled_from(SheetRole))
        cells = tuple(draw(CELLS[role]) for _ in visits)
        lesions.append(SheetLesion(f"L{at}", draw(st.sampled_from(sorted(PLACES))), role.value, cells))
    start = draw(st.one_of(st.sampled_from(days), st.dates()))
    immunotherapy = draw(st.sampled_from(("", "yes", "no")))
    return Worksheet("P", start.isoformat(), immunotherapy, visits=visits, lesions=tuple(lesions))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids())
def test_any_grid_is_worked_out_or_its_problem_named(sheet: Worksheet) -> None:
    reading = read_sheet(sheet)
    patient = reading.patient
    if patient is None:
        assert reading.problems
        return
    worked = [(Policy.preset(name), derive(patient, Policy.preset(name))) for name in CRITERIA]
    for policy, result in worked:
        assert len(result.best) == 1
        cautions(patient, policy, result)
    spider(patient, [(policy.label, result) for policy, result in worked])
    results_csv(worked)
    assert read_upload(tidy_zip(patient)).patients == (patient,)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(grids())
def test_a_patient_put_into_the_grid_again_keeps_every_call(sheet: Worksheet) -> None:
    patient = read_sheet(sheet).patient
    filled = patient and fill_sheet(patient)
    if patient is None or filled is None or filled.left_out:
        return
    again = read_sheet(filled.sheet).patient
    assert again is not None
    for name in CRITERIA:
        policy = Policy.preset(name)
        before, after = derive(patient, policy), derive(again, policy)
        assert [(row.visit_id, row.response, row.sum) for row in before.rows] == [
            (row.visit_id, row.response, row.sum) for row in after.rows
        ]
