"""A site and the rounds of an analysis: only the next one, at its own state, and each mask once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.federation.errors import Code
from cimara.federation.exchange import Record, Wanted, advance
from cimara.federation.messages.kinds import Answer, End, Joined, Order, signed
from cimara.federation.site.node import SiteNode
from cimara.outcomes.contract import Summary, to_bytes
from tests.federated.engine.small_job import House, cox_analysis, refused, study_of, table, tables_of


@pytest.fixture
def begun(folder) -> House:
    """All sites have joined a job and know each other."""
    house = House(folder)
    house.ready()
    return house


def state_of(house: House, totals: list[Summary], **changed: object) -> np.ndarray:
    here = advance(house.known.analyses["A2"].empty(), Record(totals))
    assert isinstance(here, Wanted)
    return np.frombuffer(to_bytes(replace(here.state, **changed)), dtype=np.uint8)


def left(house: House, site: str = "UT02") -> int:
    """Answers that the site has made ready to leave."""
    return len(list((house.folder / "sites" / site / "jobs").rglob("*.sent")))


def test_an_answer_holds_words_and_no_sums(begun):
    answer = begun.asking().answered()
    assert isinstance(answer, Answer)
    assert (answer.plain, answer.unions) == ({}, {})
    assert answer.words.size == 2 * sum(int(np.prod(shape)) for shape in answer.shapes)


def test_what_was_sent_stands_in_the_ledger_with_its_hash_before_it_leaves(begun):
    begun.asking().answered()
    line = begun.ledger()[-1]
    assert (line["decision"], line["analysis"], line["step"], line["attempt"]) == ("sent", "A2", 0, 0)
    assert len(line["sha256"]) == 64


def test_the_same_attempt_asked_again_gives_the_same_bytes(begun):
    rounds = begun.asking().forward(2)
    frame = signed(rounds.query(), begun.key)
    node = begun.transport.nodes["UT02"]
    first = node.answer(frame)
    assert node.answer(frame) == first
    assert begun.ledger()[-1]["decision"] == "sent again"
    assert begun.restarted("UT02").answer(frame) == first


def test_a_new_attempt_has_a_new_mask(begun):
    rounds = begun.asking().forward(2)
    first, second = rounds.answered(), rounds.answered(attempt=1)
    assert isinstance(second, Answer)
    assert (first.words != second.words).all()


def test_a_site_that_starts_again_goes_on_where_it_was(begun):
    rounds = begun.asking().forward(3)
    before = rounds.answered()
    begun.restarted("UT02")
    np.testing.assert_array_equal(rounds.answered().words, before.words)


@pytest.mark.parametrize("step", [1, 2, 4, 5])
def test_only_the_next_round_is_answered(begun, step):
    rounds = begun.asking().forward(3)
    before = left(begun)
    assert refused(rounds.answered(step=step), begun) == Code.OLD_ROUND
    assert left(begun) == before


def test_the_first_round_is_not_asked_again_later(begun):
    first = begun.asking().query()
    begun.asking().forward(2)
    assert refused(begun.says(first), begun) == Code.OLD_ROUND


def test_sums_of_a_round_that_the_site_has_not_answered_are_refused(begun):
    rounds = begun.asking().forward(2)
    begun.restarted("UT02")
    for path in (begun.folder / "sites" / "UT02" / "jobs").rglob("*.sent"):
        path.unlink()
    assert refused(rounds.answered(), begun) == Code.OLD_ROUND


def test_coefficients_off_the_path_are_refused(begun):
    rounds = begun.asking().forward(2)
    here = state_of(begun, rounds.totals, coefficients=np.array([0.4, -0.4]))
    assert refused(rounds.answered(state=here), begun) == Code.NOT_THE_NEXT_STEP
    assert left(begun) == 2


def test_coefficients_outside_the_trust_region_are_refused(begun):
    rounds = begun.asking().forward(2)
    here = state_of(begun, rounds.totals, coefficients=np.array([40.0, 0.0]))
    assert refused(rounds.answered(state=here), begun) == Code.OUTSIDE_TRUST_REGION


def test_a_sum_that_was_sent_is_not_changed_afterwards(begun):
    rounds = begun.asking().forward(2)
    rounds.answered()
    sums = {name: values + (name == "score") for name, values in rounds.totals[-1].sums.items()}
    assert refused(rounds.answered(total=sums, attempt=1), begun) == Code.OLD_ROUND


@pytest.mark.parametrize(
    "bend",
    [
        lambda sums: {name: values for name, values in sums.items() if name != "score"},
        lambda sums: sums | {"rows": np.ones(3)},
        lambda sums: sums | {"score": np.ones(5)},
    ],
    ids=["missing", "extra", "other size"],
)
def test_a_sum_of_another_shape_is_refused(begun, bend):
    rounds = begun.asking().forward(2)
    assert refused(rounds.answered(total=bend(rounds.totals[-1].sums)), begun) == Code.WRONG_SHAPE


def test_a_sum_smaller_than_the_site_s_own_part_is_refused(begun):
    rounds = begun.asking().forward(1)
    sums = rounds.totals[-1].sums | {"patients": np.array([3.0])}
    assert refused(rounds.answered(total=sums), begun) == Code.BROKEN_MESSAGE


def test_a_query_before_the_keys_were_checked_is_refused(folder):
    house = House(folder)
    house.joined()
    assert refused(house.asking().answered(), house) == Code.OLD_ROUND
    assert left(house) == 0


def test_an_analysis_outside_the_order_is_refused(folder):
    house = House(folder, study=study_of(cox_analysis("A1"), cox_analysis("A2")))
    order = house.order(analyses=("A1",))
    house.ready(order)
    assert refused(house.asking("A2").answered(), house) == Code.UNKNOWN_ANALYSIS


def test_an_analysis_that_is_over_is_not_asked_again(begun):
    rounds = begun.asking().forward(1)
    begun.says(End(job=begun.order().job, sender="coordinator", analysis="A2", outcome="failed"))
    assert refused(rounds.answered(), begun) == Code.OLD_ROUND


def test_rows_that_change_between_two_rounds_are_refused(begun):
    rounds = begun.asking().forward(2)
    begun.restarted("UT02", rows=table("UT02", 41))
    assert refused(rounds.answered(), begun) == Code.OTHER_DATA_VERSION


def test_too_few_patients_are_refused_without_their_number(folder):
    house = House(folder, tables=tables_of() | {"UT02": table("UT02", 9)})
    house.ready()
    answer = house.asking().answered()
    assert refused(answer, house) == Code.TOO_FEW_PATIENTS
    assert "9" not in answer.words
    assert left(house) == 0


def test_the_same_patients_but_one_are_not_asked_about_again(folder):
    house = House(folder)
    house.coordinator().run(["A2"])
    house.restarted("UT02", rows=house.tables["UT02"][:-1])
    later = house.coordinator(folder="later").run(["A2"])
    assert later.failed["A2"].code == Code.DIFFERENCING
    assert Code.DIFFERENCING in [line.get("code") for line in house.ledger()]


def test_a_roster_that_had_masked_sums_is_not_made_smaller(folder):
    sites = ("NL01", "UT02", "CH03", "US04")
    study = study_of(cox_analysis(estimator="cox_shared"), sites=sites)
    house = House(folder, study=study, tables=tables_of(sites))
    house.ready()
    house.asking().forward(1)
    smaller = house.order(job="20260302-100000-ffffffff", roster=("CH03", "NL01", "UT02"))
    assert refused(house.says(smaller), house) == Code.OTHER_ROSTER


def test_a_model_without_times_may_go_on_with_a_site_fewer_where_each_could_be_shown(folder):
    sites = ("NL01", "UT02", "CH03", "US04")
    house = House(folder, study=study_of(sites=sites), tables=tables_of(sites))
    house.ready()
    house.asking().forward(2)
    smaller = house.order(job="20260302-100000-ffffffff", roster=("CH03", "NL01", "UT02"))
    assert isinstance(house.says(smaller), Joined)


class Broken:
    """Work whose program has a fault, with a patient's value in its text."""

    id, estimator = "A2", "cox_strat"

    def prepare(self, data: object) -> object:
        raise ValueError("member 014 died on day 37.0")

    def empty(self) -> object:
        raise NotImplementedError


def test_a_fault_of_the_program_tells_its_kind_and_line_and_no_value(folder):
    house = House(folder)
    house.ready()
    query = house.asking().query()
    house.restarted("UT02", study=replace(house.known, analyses={"A2": Broken()}))
    answer = house.says(query)
    assert refused(answer, house) == Code.PROGRAM
    assert "ValueError" in answer.words
    ledger = (house.folder / "sites" / "UT02" / "ledger.jsonl").read_text()
    for secret in ("member 014", "37.0", "died on"):
        assert secret not in answer.words
        assert secret not in ledger


def test_an_answer_waits_for_the_steward_where_the_policy_says_so(folder):
    house = House(folder)
    policy = house.folder / "sites" / "UT02" / "cimara_site.toml"
    policy.write_text(policy.read_text().replace('release = "auto"', 'release = "ask"'))
    paused = house.coordinator().run(["A2"])
    assert paused.reason.code == Code.WAITS_FOR_STEWARD
    assert house.coordinator().resume().reason.code == Code.WAITS_FOR_STEWARD
    node: SiteNode[object] = house.transport.nodes["UT02"]
    while (result := house.coordinator().resume()).state == "paused":
        waiting = node.releases.waiting()
        node.releases.decide(waiting[0].job, waiting, typed=waiting[0].job, person="Demo Member 014")
    assert result.state == "done"


def test_the_broadcasts_are_kept_so_that_a_lie_is_found_out(begun):
    rounds = begun.asking().forward(2)
    kept = (begun.folder / "sites" / "UT02" / "jobs").rglob("*.msg")
    assert {f"A2-{step:04d}-0000.msg" for step in (0, 1)} <= {path.name for path in kept}
    assert isinstance(begun.order(), Order)
    assert len(rounds.totals) == 2
