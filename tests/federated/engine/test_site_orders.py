"""A site and the order of a job: whose it is, what it is for, when it was given, and who takes part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cimara.cohort.study.keys import new_key
from cimara.federation.errors import Code
from cimara.federation.messages.kinds import End, Joined, Members, Ready, Refused, signed
from tests.federated.engine.small_job import START, House, cox_analysis, refused, study_of, table


def test_a_site_joins_with_its_key_and_the_hash_of_its_rows(house):
    joined = house.says(house.order())
    assert isinstance(joined, Joined)
    assert len(joined.mask_key) == len(joined.data_version) == 64
    assert house.ledger()[-1]["decision"] == "joined"


def test_an_order_asked_again_is_answered_with_the_same_bytes(house):
    frame = signed(house.order(), house.key)
    assert house.transport.nodes["UT02"].answer(frame) == house.transport.nodes["UT02"].answer(frame)


def test_a_site_that_starts_again_keeps_its_mask_key(house):
    first = house.says(house.order())
    house.restarted("UT02")
    assert house.says(house.order()) == first


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"study": "another"}, Code.UNKNOWN_STUDY),
        ({"study_hash": "0" * 64}, Code.ALTERED_STUDY),
        ({"analyses": ("A9",)}, Code.UNKNOWN_ANALYSIS),
        ({"roster": ("CH03", "NL01", "XX99")}, Code.NOT_A_MEMBER),
        ({"roster": ("CH03", "NL01", "XX99", "UT02")}, Code.NOT_A_MEMBER),
        ({"roster": ("NL01", "UT02")}, Code.TOO_FEW_SITES),
        ({"masked": False}, Code.PLAIN_SUMS),
        ({"issued": (START + timedelta(minutes=20)).isoformat()}, Code.CLOCK),
        ({"expires": (START - timedelta(minutes=20)).isoformat()}, Code.EXPIRED_STUDY),
    ],
    ids=["other study", "altered study", "unregistered", "left out", "stranger", "two sites", "not masked",
         "from tomorrow", "expired"],
)  # fmt: skip
def test_an_order_that_does_not_fit_is_refused(house, change, code):
    assert refused(house.says(house.order(**change)), house) == code


def test_a_researcher_whose_key_the_study_has_not_is_refused(house):
    assert refused(house.says(house.order(), key=new_key()), house) == Code.UNKNOWN_SENDER


def test_a_site_gives_no_orders(house):
    order = house.order(sender="NL01")
    assert refused(house.says(order, key=house.study.private_keys["NL01"]), house) == Code.UNKNOWN_SENDER


def test_a_site_that_has_not_signed_the_study_takes_no_part(folder):
    house = House(folder)
    house.restarted("UT02", study=replace(house.known, signed=frozenset({"NL01", "CH03"})))
    assert refused(house.says(house.order()), house) == Code.UNSIGNED_STUDY


def test_an_approval_that_is_over_stops_a_running_job(folder):
    house = House(folder, study=study_of(expires="2026-03-02"))
    house.ready()
    house.clock.goes(days=1, hours=1)
    assert refused(house.asking().answered(), house) == Code.EXPIRED_STUDY


def test_a_clock_that_is_off_by_a_day_is_named_with_its_time(house):
    house.clock.goes(days=-1)
    answer = house.says(house.order())
    assert refused(answer, house) == Code.CLOCK
    assert "2026-03-01 09:00" in answer.words


def test_a_site_stops_a_running_study_by_one_line(house):
    house.ready()
    house.asking().forward()
    policy = house.folder / "sites" / "UT02" / "cimara_site.toml"
    policy.write_text(policy.read_text().replace("stopped = []", 'stopped = ["simulation"]'))
    assert refused(house.asking().answered(), house) == Code.STOPPED_BY_SITE


def test_a_policy_that_cannot_be_read_stops_everything(house):
    (house.folder / "sites" / "UT02" / "cimara_site.toml").write_text("allow_plain = maybe")
    assert refused(house.says(house.order()), house) == Code.BAD_KIT


def test_tables_in_another_version_of_the_data_model_are_refused(folder):
    house = House(folder, study=study_of(data_model="2.1"))
    house.restarted("UT02", data_model="2.0")
    answer = house.says(house.order())
    assert refused(answer, house) == Code.OTHER_DATA_MODEL
    assert "2.1" in answer.words


def test_a_job_s_number_stands_for_one_order(folder):
    house = House(folder, study=study_of(cox_analysis("A1"), cox_analysis("A2")))
    house.says(house.order(analyses=("A1",)))
    assert refused(house.says(house.order(analyses=("A2",))), house) == Code.OLD_ROUND


@pytest.mark.parametrize(
    "job", ["../../etc", "a/b", "", "..", "x" * 200], ids=["up", "path", "none", "dots", "long"]
)
def test_a_job_s_number_is_no_path(house, job):
    before = sorted(path for path in house.folder.rglob("*") if path.is_dir())
    assert refused(house.says(house.order(job=job)), house) == Code.BROKEN_MESSAGE
    assert [path for path in house.folder.rglob("*") if path.is_dir() and path not in before] == []


def test_a_job_that_a_site_never_joined_is_refused(house):
    assert refused(house.asking().answered(), house) == Code.OLD_ROUND


def test_after_the_end_nothing_of_the_job_is_answered_and_its_mask_key_is_gone(house):
    members = house.members()
    house.ready()
    house.asking().forward()
    end = End(job=house.order().job, sender="coordinator", analysis="", outcome="done")
    assert isinstance(house.says(end), Ready)
    assert list((house.folder / "sites" / "UT02").rglob("mask.key")) == []
    for message in (house.order(), members, house.asking().query()):
        assert refused(house.says(message), house) == Code.OLD_ROUND
    assert list((house.folder / "sites" / "UT02").rglob("mask.key")) == []


def test_every_member_s_key_is_the_one_that_it_signed(house):
    house.joined()
    other = House(house.folder / "other", study=house.study)
    foreign = dict(other.members().joined)
    members = dict(house.members().joined) | {"NL01": foreign["NL01"]}
    own = signed(replace(_read(house, members["NL01"]), mask_key="ab" * 32), house.study.private_keys["NL01"])
    swapped = dict(members) | {"NL01": own.hex()}
    answer = house.says(Members(job=house.order().job, sender="coordinator", joined=tuple(swapped.items())))
    assert refused(answer, house) == Code.FOREIGN_KEY


def test_a_member_s_key_signed_by_somebody_else_is_refused(house):
    members = dict(house.members().joined)
    forged = signed(_read(house, members["NL01"]), new_key())
    swapped = members | {"NL01": forged.hex()}
    answer = house.says(Members(job=house.order().job, sender="coordinator", joined=tuple(swapped.items())))
    assert refused(answer, house) == Code.UNKNOWN_SENDER


@pytest.mark.parametrize("left_out", ["NL01", "UT02"])
def test_members_are_exactly_the_roster(house, left_out):
    joined = tuple(one for one in house.members().joined if one[0] != left_out)
    answer = house.says(Members(job=house.order().job, sender="coordinator", joined=joined))
    assert refused(answer, house) == Code.OTHER_ROSTER


def test_the_members_do_not_change_during_a_job(house):
    house.ready()
    for site in ("NL01", "CH03"):
        (house.folder / "sites" / site / "jobs" / house.order().job / "joined.msg").unlink()
        (house.folder / "sites" / site / "jobs" / house.order().job / "mask.key").unlink()
        house.restarted(site)
    assert refused(house.says(house.members()), house) == Code.FOREIGN_KEY


def test_another_kind_of_message_is_refused(house):
    house.ready()
    ready = Ready(job=house.order().job, sender="coordinator")
    assert refused(house.says(ready), house) == Code.UNKNOWN_SCHEMA


def test_bytes_that_are_no_message_are_refused(house):
    answer = house.transport.nodes["UT02"].answer(b"\x80\x04\x95" + b"pickle" * 20)
    from cimara.federation.messages.kinds import read_any

    assert refused(read_any(answer, {"UT02": house.known.sites["UT02"]}), house) == Code.BROKEN_MESSAGE


def _read(house: House, told: str) -> Joined:
    from cimara.federation.messages.kinds import read

    return read(bytes.fromhex(told), Joined, house.known.sites)


def test_a_refusal_is_signed_by_the_site(house):
    answer = house.says(house.order(study="another"))
    assert isinstance(answer, Refused)
    assert answer.sender == "UT02"


def test_rows_that_changed_before_the_first_round_are_another_version(house):
    house.ready()
    house.restarted("UT02", rows=table("UT02", 41))
    assert refused(house.asking().answered(), house) == Code.OTHER_DATA_VERSION
