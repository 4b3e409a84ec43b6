"""What must hold for every patient, however messy."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cimara.response import Policy, derive
from cimara.response.explain import explain, reasons
from cimara.response.model import Measurement, NewLesion, Tenths
from cimara.response.tables import TABLES_OF, component_rules, load_table
from cimara.terms.response import Certainty, LesionCompartment, Response, SizeStatus
from tests.generative.response.random_patients import patients
from tests.many import examples

PRESETS = ("recist11", "recist11_literal", "irecist", "rano_bm", "rano_bm_imaging", "irano", "mrecist_cns5")
ORDER = ["CR", "PR", "SD", "PD"]
policies = st.sampled_from(PRESETS).map(Policy.preset)
modest = settings(max_examples=examples(few=60, many=150), deadline=None)


def known_rules(criterion: str) -> set[str]:
    rules = {row.rule_id for name in TABLES_OF[criterion] for row in load_table(name).rows}
    return rules | set(component_rules())


@modest
@given(patients(), policies)
def test_every_row_is_explained(patient, policy):
    for row in derive(patient, policy).rows:
        assert row.response in tuple(Response)
        assert row.rule_id in known_rules(policy.criterion)
        assert {reason.split(":")[0] for reason in row.reasons} <= set(reasons())
        assert row.citation
        assert row.original
        assert "{" not in explain(row, policy)


@modest
@given(patients(), policies, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(patient, policy, chance: random.Random):
    def shuffled(rows):
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        patient,
        lesions=shuffled(patient.lesions),
        measurements=shuffled(patient.measurements),
        new_lesions=shuffled(patient.new_lesions),
        visits=shuffled(patient.visits),
        clinical=shuffled(patient.clinical),
        adjudications=shuffled(patient.adjudications),
    )
    assert derive(other, policy).rows == derive(patient, policy).rows
    assert derive(other, policy).best == derive(patient, policy).best


@modest
@given(patients(), policies, st.integers(-4000, 4000))
def test_shifting_all_dates_changes_dates_only(patient, policy, days):
    def moved(date):
        return None if date is None else date + dt.timedelta(days=days)

    other = replace(
        patient,
        start_date=moved(patient.start_date),
        immunotherapy_start=moved(patient.immunotherapy_start),
        new_therapy_date=moved(patient.new_therapy_date),
        measurements=tuple(replace(item, date=moved(item.date)) for item in patient.measurements),
        new_lesions=tuple(replace(item, date=moved(item.date)) for item in patient.new_lesions),
        visits=tuple(replace(item, date=moved(item.date)) for item in patient.visits),
        clinical=tuple(replace(item, date=moved(item.date)) for item in patient.clinical),
        adjudications=tuple(
            replace(item, decided_on=moved(item.decided_on)) for item in patient.adjudications
        ),
    )
    for before, after in zip(derive(patient, policy).rows, derive(other, policy).rows, strict=True):
        assert (after.response, after.rule_id, after.sum) == (before.response, before.rule_id, before.sum)
        assert after.date == moved(before.date)


@modest
@given(patients(), policies)
def test_the_nadir_never_rises(patient, policy):
    nadirs = [row.nadir_sum for row in derive(patient, policy).rows if row.nadir_sum is not None]
    assert nadirs == sorted(nadirs, reverse=True)


@modest
@given(patients(decided=False), policies)
def test_a_later_visit_leaves_the_calls_of_the_day_alone(patient, policy):
    last = max(patient.visits, key=lambda visit: (visit.date, visit.number)).visit_id
    keep = {
        name: tuple(item for item in getattr(patient, name) if item.visit_id != last)
        for name in ("measurements", "new_lesions", "visits", "clinical")
    }
    shorter = derive(replace(patient, **keep), policy).rows
    longer = derive(patient, policy).rows[: len(shorter)]
    for before, after in zip(shorter, longer, strict=True):
        assert before.original == after.original
        if policy.criterion != "irano" and not patient.new_lesions:
            assert replace(before, input_hash="") == replace(after, input_hash="")


@modest
@given(patients(decided=False), policies, st.data())
def test_a_target_not_assessed_is_never_a_response(patient, policy, data):
    sized = [
        item for item in patient.measurements if item.lesion_id.startswith("L") and item.visit_id != "V0"
    ]
    assume(sized)
    unseen = data.draw(st.sampled_from(sized))
    kept = tuple(item for item in patient.measurements if item != unseen)
    rows = derive(replace(patient, measurements=kept), policy).rows
    lesion = next(item for item in patient.lesions if item.lesion_id == unseen.lesion_id)
    if policy.compartment == "CNS" and lesion.compartment is LesionCompartment.EXTRACRANIAL:
        return
    row = next(row for row in rows if row.visit_id == unseen.visit_id)
    assert row.target in ("NE", "PD")
    assert row.original not in ("CR", "PR", "SD", "iCR", "iPR", "iSD")


@modest
@given(patients(decided=False), st.sampled_from(("recist11", "recist11_literal")), st.data())
def test_one_more_new_lesion_never_improves_a_visit(patient, preset, data):
    policy = Policy.preset(preset)
    visit = data.draw(st.sampled_from(patient.visits[1:]))
    more = NewLesion("P1", "N9", visit.visit_id, visit.date, Certainty.UNEQUIVOCAL, LesionCompartment.BRAIN)
    rows = derive(replace(patient, new_lesions=(*patient.new_lesions, more)), policy).rows
    assert next(row for row in rows if row.visit_id == visit.visit_id).response == "PD"


@modest
@given(
    patients(decided=False), st.sampled_from(("recist11", "recist11_literal", "rano_bm_imaging")), st.data()
)
def test_a_larger_target_never_improves_its_visit(patient, preset, data):
    policy = Policy.preset(preset)
    sized = [item for item in patient.measurements if item.ld is not None and item.visit_id != "V0"]
    assume(sized)
    item = data.draw(st.sampled_from(sized))
    larger = replace(item, ld=Tenths(item.ld + data.draw(st.integers(1, 200))))
    other = replace(
        patient, measurements=tuple(larger if one == item else one for one in patient.measurements)
    )
    before, after = (
        next(row for row in derive(one, policy).rows if row.visit_id == item.visit_id)
        for one in (patient, other)
    )
    if before.response in ORDER and after.response in ORDER:
        assert ORDER.index(after.response) >= ORDER.index(before.response)


@modest
@given(patients(decided=False), st.integers(2, 5))
def test_scaling_keeps_complete_response_and_the_percentage(patient, factor):
    assume(not any(lesion.is_node for lesion in patient.lesions))
    assume(all(item.status is not SizeStatus.TOO_SMALL for item in patient.measurements))
    policy = Policy.preset("recist11").replace(pd_min_increase=0)

    def scaled(item: Measurement) -> Measurement:
        return replace(item, ld=None if item.ld is None else Tenths(item.ld * factor))

    other = replace(patient, measurements=tuple(scaled(item) for item in patient.measurements))
    for before, after in zip(derive(patient, policy).rows, derive(other, policy).rows, strict=True):
        assert before.target == after.target


@modest
@given(patients(), policies)
def test_decisions_after_the_day_of_the_analysis_do_nothing(patient, policy):
    early = dt.date(2024, 1, 11)
    bare = replace(patient, adjudications=())
    assert derive(patient, policy, early).rows == derive(bare, policy).rows
