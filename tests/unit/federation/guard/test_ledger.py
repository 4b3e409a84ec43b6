"""The ledger of a house: what it finds, what it never holds, and what survives a crash."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from cimara.federation.errors import Code, FederationError
from cimara.federation.site.ledger import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = Ledger(tmp_path / "ledger.jsonl")
    for step in range(4):
        made.write(decision="sent", job="0042", study="s", analysis="A1", step=step, bytes=480)
    return made


def broken(ledger: Ledger) -> str:
    with pytest.raises(FederationError) as error:
        ledger.verify()
    assert error.value.code is Code.BAD_LEDGER
    return str(error.value)


def lines(ledger: Ledger) -> list[str]:
    return ledger.path.read_text().splitlines(keepends=True)


def test_entries_come_back_in_order_and_hold(ledger: Ledger) -> None:
    assert ledger.verify() == 4
    assert [one["step"] for one in ledger.entries()] == [0, 1, 2, 3]
    assert [one["number"] for one in ledger.entries()] == [1, 2, 3, 4]


def test_an_empty_ledger_holds(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "none.jsonl").verify() == 0


def test_a_changed_line_is_found(ledger: Ledger) -> None:
    ledger.path.write_text(ledger.path.read_text().replace('"step":1', '"step":9'))
    assert "line 2: was changed" in broken(ledger)


def test_a_line_that_is_cut_out_is_found(ledger: Ledger) -> None:
    kept = lines(ledger)
    ledger.path.write_text("".join(kept[:1] + kept[2:]))
    assert "line 2: does not follow" in broken(ledger)


def test_two_lines_that_change_places_are_found(ledger: Ledger) -> None:
    one, two, three, four = lines(ledger)
    ledger.path.write_text("".join([one, three, two, four]))
    assert "line 2: does not follow" in broken(ledger)


def test_lines_that_are_cut_off_at_the_end_are_found(ledger: Ledger) -> None:
    ledger.path.write_text("".join(lines(ledger)[:3]))
    assert "sealed at another end" in broken(ledger)


def test_a_line_forged_without_the_secret_is_found_and_never_sealed(ledger: Ledger) -> None:
    last = json.loads(lines(ledger)[-1])
    body = {"before": last["hash"], "decision": "sent", "number": 5, "time": last["time"]}
    text = json.dumps(body, separators=(",", ":")) + "\n"
    forged = {**body, "hash": hashlib.sha256(text.encode()).hexdigest()}
    with ledger.path.open("a") as stream:
        stream.write(json.dumps(forged) + "\n")
    assert "line 5: was changed" in broken(ledger)
    with pytest.raises(FederationError):
        ledger.write(decision="sent")


def test_a_seal_made_with_another_secret_is_found(ledger: Ledger) -> None:
    ledger.path.with_suffix(".secret").write_text("00" * 32)
    assert "this site's secret" in broken(ledger)


def test_a_missing_seal_or_secret_is_found(ledger: Ledger) -> None:
    ledger.path.with_suffix(".seal").unlink()
    assert "seal is missing" in broken(ledger)
    ledger.path.with_suffix(".secret").unlink()
    with pytest.raises(FederationError) as error:
        ledger.unit_ids(["Demo Member 014"])
    assert error.value.code is Code.BAD_LEDGER


def test_nothing_is_added_to_a_ledger_that_was_cut(ledger: Ledger) -> None:
    ledger.path.write_text("".join(lines(ledger)[:2]))
    with pytest.raises(FederationError):
        ledger.write(decision="sent", job="0043")
    assert len(lines(ledger)) == 2


def test_a_line_that_a_crash_cut_short_is_taken_away(ledger: Ledger) -> None:
    with ledger.path.open("a") as stream:
        stream.write('{"number":5,"dec')
    assert ledger.write(decision="refused")["number"] == 5
    assert ledger.verify() == 5


def test_a_crash_between_line_and_seal_loses_nothing(ledger: Ledger) -> None:
    seal = ledger.path.with_suffix(".seal")
    before = seal.read_text()
    ledger.write(decision="sent", step=4)
    seal.write_text(before)
    assert ledger.verify() == 5
    assert ledger.write(decision="sent", step=5)["number"] == 6
    assert ledger.verify() == 6


def test_patients_stand_in_it_as_digits_that_only_this_site_can_make(tmp_path: Path) -> None:
    one, other = (Ledger(tmp_path / name / "ledger.jsonl") for name in ("a", "b"))
    units = ["Demo Member 014"]
    assert one.unit_ids(units) == one.unit_ids(units)
    assert one.unit_ids(units).isdisjoint(other.unit_ids(units))
    one.write_cohort(one.unit_ids(units), job="1", study="s", analysis="A1")
    assert "Member" not in one.path.read_text()


def test_only_its_owner_can_read_the_secret(ledger: Ledger) -> None:
    assert ledger.path.with_suffix(".secret").stat().st_mode & 0o777 == 0o600


def told(ledger: Ledger, job: str, units: list[str], *, sent: bool = True) -> None:
    ledger.write_cohort(
        ledger.unit_ids(units), job=job, study="s", analysis="A1", estimator="cox_strat", data_version="v",
        roster=["NL01"],
    )  # fmt: skip
    if sent:
        ledger.write(decision="sent", job=job, study="s", analysis="A1")


def test_cohorts_count_as_released_once_something_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    told(ledger, "1", ["a", "b"], sent=False)
    assert ledger.released_cohorts() == []
    told(ledger, "2", ["a", "b"])
    assert [one.job for one in ledger.released_cohorts("s")] == ["2"]
    assert ledger.released_cohorts("another study") == []


def test_a_set_of_patients_is_written_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    told(ledger, "1", ["a", "b"])
    told(ledger, "2", ["b", "a"])
    assert sum("units" in one for one in ledger.entries()) == 1
    assert len({one.units for one in ledger.released_cohorts()}) == 1
