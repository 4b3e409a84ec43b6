"""A person sees in words what would leave, types the job's number, and stands in the ledger with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from cimara.federation.centre.status import JobState
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Answer, End, signed
from cimara.federation.site.policy import Release, policy_text
from cimara.federation.site.release_by_hand import respond
from cimara.federation.site.releases import release_waiting, what_leaves
from cimara.federation.study import Facts
from cimara.federation.transport.dropped import Dropped
from tests.federated.filedrop.carried import PERSON, Carried

FACTS = Facts(patients=104, rows=104, events={"death": 41})
ANSWER = Answer(
    job="job-0042", sender="NL01", analysis="A2", step=3, attempt=0, schema="cox", names=("score",),
    shapes=((30,),), words=np.zeros(60, np.uint64), plain={}, unions={},
)  # fmt: skip


def test_what_leaves_is_told_in_words() -> None:
    assert what_leaves(ANSWER, FACTS, "cox_strat") == (
        "30 numbers: sums over 104 patients and 41 events; no times; masked "
        "(counts, a log-likelihood, a score and an information matrix a round; no times)"
    )


def test_counts_of_the_first_round_are_called_counts() -> None:
    first = replace(ANSWER, step=0, words=np.zeros(22, np.uint64))
    assert what_leaves(first, FACTS, "cox_strat") == (
        "11 numbers: counts over 104 patients and 41 events; no times; masked"
    )


def test_sums_by_time_are_said_to_be_so() -> None:
    assert "sums by time, on the study's grid; masked" in what_leaves(ANSWER, FACTS, "cox_shared")


def test_days_in_clear_are_said_to_be_so() -> None:
    days = replace(ANSWER, words=np.zeros(0, np.uint64), unions={"times": np.arange(41.0)})
    told = what_leaves(days, FACTS, "cox_shared")
    assert "41 days on which something happened, in clear" in told
    assert "no times" not in told.partition("(")[0]
    assert "not masked" in told


def test_sums_without_masks_are_said_to_be_readable() -> None:
    plain = replace(ANSWER, words=np.zeros(0, np.uint64), plain={"score": np.zeros(6)})
    told = what_leaves(plain, FACTS, "cox_strat")
    assert told.startswith("6 numbers")
    assert "not masked: the coordinating centre can read them" in told


def test_one_patient_is_not_called_patients() -> None:
    one = Facts(patients=1, rows=1, events={"death": 1})
    assert "over 1 patient and 1 event;" in what_leaves(ANSWER, one, "cox_strat")


def test_keys_and_counts_are_asked_about_in_one_question(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.trip()
    site, job, lines = carried.asked[-1]
    events = carried.house.tables[site]["died"].sum()
    assert job.startswith("20260302")
    assert lines == (
        "that the keys of the other sites were checked; no numbers of patients",
        f"A2, round 0: 11 numbers: counts over 40 patients and {events} events; no times; masked",
    )


def test_nothing_is_written_where_the_job_number_was_not_typed(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.bring("NL01")
    before = carried.answers("NL01", carried.at("NL01"))
    for typed in ("", "yes", "y", "20260302"):
        responded = carried.respond("NL01", typed)
        assert responded.written == ()
        assert len(responded.declined) == 1
    assert carried.answers("NL01", carried.at("NL01")) == before
    told = [one["decision"] for one in carried.ledger("NL01")]
    assert told.count("not released") == 4 * 2
    assert "sent" not in told


def test_what_was_declined_may_be_released_later_and_is_the_same(carried: Carried) -> None:
    carried.start()
    carried.bring("NL01")
    carried.respond("NL01", "no")
    assert len(carried.respond("NL01").written) == 1


def test_person_time_and_hash_of_each_release_stand_in_the_ledger(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.trip()
    released = [one for one in carried.ledger("NL01") if one["decision"] == "released"]
    frames = [Dropped.of(path.read_bytes()).frame for path in carried.answers("NL01")]
    assert [one["sha256"] for one in released] == [hashlib.sha256(one).hexdigest() for one in frames]
    assert {one["person"] for one in released} == {PERSON}
    assert all(datetime.fromisoformat(one["time"]).tzinfo is not None for one in released)


def test_sums_are_noted_as_sent_after_they_were_released_and_not_before(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.trip()
    told = [one["decision"] for one in carried.ledger("NL01") if one.get("analysis") == "A2"]
    assert told == ["cohort", "waits", "released", "sent"]


def test_what_was_released_is_written_again_without_a_question(carried: Carried) -> None:
    carried.start()
    carried.trip()
    carried.resume()
    carried.trip()
    written = {path: path.read_bytes() for path in carried.answers("NL01", carried.at("NL01"))}
    for path in written:
        path.unlink()
    asked = len(carried.asked)
    carried.respond("NL01")
    assert len(carried.asked) == asked
    assert {path: path.read_bytes() for path in carried.answers("NL01", carried.at("NL01"))} == written


def test_nobody_releases_without_a_name(carried: Carried) -> None:
    carried.start()
    carried.bring("NL01")
    with pytest.raises(FederationError) as caught:
        respond(carried.at("NL01"), carried.house.transport.nodes["NL01"], lambda job, _: job, person=" ")
    assert caught.value.code is Code.NOT_RELEASED
    assert carried.answers("NL01", carried.at("NL01")) == []


def _ask_policy(carried: Carried, site: str) -> None:
    text = policy_text(data="rows", allowed=[carried.house.known.hash], release=Release.ASK, allow_plain=True)
    (carried.house.folder / "sites" / site / "cimara_site.toml").write_text(text, encoding="utf-8")


def test_a_policy_that_asks_pauses_a_job_over_any_transport_until_the_steward_released(
    carried: Carried,
) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    result = house.coordinator().run(["A2"])
    node, pauses = house.transport.nodes["UT02"], 0
    while result.state is JobState.PAUSED:
        pauses += 1
        assert result.reason.code == Code.WAITS_FOR_STEWARD
        assert release_waiting(node.releases, lambda job, _: job, person=PERSON) == 1
        result = house.coordinator().resume()
    assert result.state is JobState.DONE
    assert pauses == 6
    told = [one["decision"] for one in house.ledger("UT02")]
    assert told.count("released") == told.count("sent") == 6
    assert "released" not in [one["decision"] for one in house.ledger("NL01")]


def test_a_steward_who_does_not_type_the_number_keeps_the_job_waiting(carried: Carried) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    house.coordinator().run(["A2"])
    node = house.transport.nodes["UT02"]
    with pytest.raises(FederationError) as caught:
        release_waiting(node.releases, lambda *_: "yes", person=PERSON)
    assert caught.value.code is Code.NOT_RELEASED
    assert house.coordinator().resume().reason.code == Code.WAITS_FOR_STEWARD
    assert [one["decision"] for one in house.ledger("UT02")].count("sent") == 0


def test_a_question_tells_nothing_of_the_site_to_the_centre(carried: Carried) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    words = house.coordinator().run(["A2"]).reason.words
    assert "steward" in words
    assert "40" not in words, words


def test_waiting_answers_outlive_the_process(carried: Carried) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    house.coordinator().run(["A2"])
    again = house.restarted("UT02")
    assert [one.analysis for one in again.releases.waiting()] == ["A2"]


def test_nobody_is_asked_about_a_job_that_is_over(carried: Carried) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    job = house.coordinator().run(["A2"]).job
    node = house.transport.nodes["UT02"]
    node.answer(signed(End(job=job, sender="coordinator", analysis="", outcome="failed"), house.key))
    assert node.releases.waiting() == ()


def test_only_the_last_attempt_at_a_round_is_asked_about(carried: Carried) -> None:
    house = carried.house
    _ask_policy(carried, "UT02")
    house.ready()
    rounds = house.asking()
    for attempt in (0, 1):
        rounds.answered(attempt=attempt)
    waiting = house.transport.nodes["UT02"].releases.waiting()
    assert [one.attempt for one in waiting] == [1]
