"""A study run the whole way: what it asks for, what it writes, and what its commands say."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from cimara.cohort.store.store import Store
from cimara.cohort.study.errors import StudyRefusedError
from cimara.studies.check import CheckedStudy
from cimara.studies.run import build_signed, run_study
from cimara.studies.sources import from_store
from cimara.studies.verify import verify_built
from tests.unit.studies.small_study import NOW, SITES, patients, register, sources, written

TODAY = NOW.date()
COX = (
    'kind = "cox"\nendpoint = "death"\nexposure = "bevacizumab"\ntime_varying = ["bevacizumab"]\n'
    'adjust = ["age", "grade"]\nstrata = ["site"]'
)
CURVES = (COX, 'kind = "kaplan_meier"\nendpoint = "death"\nby = "site"')


@pytest.fixture
def checked(tmp_path: Path) -> CheckedStudy:
    made = written(tmp_path, CURVES)
    register(tmp_path, made, *SITES)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(str(tmp_path / "store"))
    for site in SITES:
        made.submit(
            patients(site), {"error": 0}, b"{}", study="rn-bev-1", site=site, author="curator-1", now=NOW
        )
    return made


def test_a_study_that_all_sites_have_signed_is_built(checked: CheckedStudy) -> None:
    made = build_signed(checked, sources(), today=TODAY)
    assert [row[-1] for row in made.tables[2].rows] == ["signed", "signed"]


def test_a_study_that_a_site_has_not_signed_is_refused(tmp_path: Path) -> None:
    made = written(tmp_path, CURVES)
    register(tmp_path, made, "UT01")
    with pytest.raises(StudyRefusedError, match="LY02: not signed"):
        build_signed(made, sources(), today=TODAY)


def test_a_changed_covariate_breaks_every_signature(tmp_path: Path, checked: CheckedStudy) -> None:
    changed = written(tmp_path, CURVES, ("centre = 60", "centre = 61"))
    with pytest.raises(StudyRefusedError, match="2 sites have not signed this version"):
        build_signed(changed, sources(), today=TODAY)


def test_a_changed_comment_breaks_none(tmp_path: Path, checked: CheckedStudy) -> None:
    changed = written(tmp_path, CURVES, ("# disease, ethics", "# disease; ethics"))
    assert build_signed(changed, sources(), today=TODAY).rows.height == 12


def test_an_expired_study_is_refused(checked: CheckedStudy) -> None:
    with pytest.raises(StudyRefusedError, match="expired"):
        build_signed(checked, sources(), today=dt.date(2029, 1, 1))


def test_data_of_a_site_that_is_no_member_are_refused(tmp_path: Path) -> None:
    made = written(tmp_path, CURVES, ("[governance]", '[sites]\nmembers = ["UT01"]\n[governance]'))
    register(tmp_path, made, *SITES)
    with pytest.raises(StudyRefusedError, match="LY02: no site of this study"):
        build_signed(made, sources(), today=TODAY)


def test_a_study_runs_from_the_store_to_the_report(
    tmp_path: Path, checked: CheckedStudy, store: Store
) -> None:
    done = run_study(checked, from_store(store, "rn-bev-1"), tmp_path / "out", now=lambda: NOW)
    assert done.report.complete
    page = (tmp_path / "out" / "report" / "report.html").read_text(encoding="utf-8")
    for told in ("From submissions to the data folder", "Who is in the study", "LY02", "Content hash"):
        assert told in page
    assert (tmp_path / "out" / "report" / "tables" / "consort.csv").is_file()


def test_what_a_study_was_built_from_is_verified_against_the_store(
    tmp_path: Path, checked: CheckedStudy, store: Store
) -> None:
    built = build_signed(checked, from_store(store, "rn-bev-1"), today=TODAY)
    folder = built.write(tmp_path / "data")
    assert all(not one.problem for one in verify_built(checked, folder, store))
    path = folder / "provenance.json"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["sites"][0]["tables"]["Death"] = "00" * 32
    path.write_text(json.dumps(said), encoding="utf-8")
    assert "Death of version 1" in verify_built(checked, folder, store)[1].problem


def test_a_later_submission_leaves_what_was_built_verifiable(
    tmp_path: Path, checked: CheckedStudy, store: Store
) -> None:
    folder = build_signed(checked, from_store(store, "rn-bev-1"), today=TODAY).write(tmp_path / "data")
    store.withdraw("rn-bev-1", "UT01", "UT01-P0001", author="curator-1", now=NOW, reason="asked to")
    assert all(not one.problem for one in verify_built(checked, folder, store))
    assert {one.version for one in from_store(store, "rn-bev-1")} == {1, 2}


def test_the_commands_go_from_check_to_report(
    tmp_path: Path, checked: CheckedStudy, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    study, out = str(tmp_path / "study.toml"), tmp_path / "out"
    assert main(["study", "check", study, "--fields"]) == EXIT_OK
    assert f"hash to sign {checked.hash}" in capsys.readouterr().out
    assert main(["study", "verify", study]) == EXIT_OK
    assert "UT01: signed" in capsys.readouterr().out
    assert main(["study", "build", study, "--store", store.url, "--out", str(tmp_path / "data")]) == EXIT_OK
    assert "Submitted" in capsys.readouterr().out
    assert main(["study", "run", study, "--store", store.url, "--out", str(out)]) == EXIT_OK
    assert "A1 done" in capsys.readouterr().out
    assert (
        main(["outcomes", "report", study, "--data", str(tmp_path / "data"), "--out", str(tmp_path / "r")])
        == 0
    )
    verify = ["study", "verify", study, "--data", str(out / "data"), "--store", store.url]
    assert main(verify) == EXIT_OK
    assert "data, site UT01: holds" in capsys.readouterr().out


def test_a_site_makes_a_key_and_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = written(tmp_path, CURVES)
    study, key = str(made.path), str(tmp_path / "ut01.pem")
    assert main(["study", "sign", "--new-key", key]) == EXIT_OK
    public = capsys.readouterr().out.strip()
    (tmp_path / "sites.toml").write_text(f"[sites.UT01]\n{public}\n", encoding="utf-8")
    assert main(["study", "verify", study]) == EXIT_FINDINGS
    assert "UT01: not signed" in capsys.readouterr().out
    assert main(["study", "sign", study, "--site", "UT01", "--key", key, "--by", "A. Person"]) == EXIT_OK
    assert main(["study", "verify", study, "--json"]) == EXIT_OK
    assert json.loads(capsys.readouterr().out.split("\n", 2)[2])["sites"] == {"UT01": "signed"}


def test_commands_say_every_fault_on_a_line_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "study.toml"
    path.write_text("[study]\nid = 1\n[cohort]\norigin = 'x'\n", encoding="utf-8")
    assert main(["study", "check", str(path)]) == EXIT_BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 4
    assert all(line.startswith("study.toml: ") for line in lines)


def test_a_study_without_a_federation_is_not_run_over_sites(
    tmp_path: Path, checked: CheckedStudy, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study", "run", str(checked.path), "--store", store.url, "--out", str(tmp_path / "o")]
    assert main([*words, "--federated"]) == EXIT_BAD_INPUT
    assert "no [federation] table" in capsys.readouterr().err


def test_an_unsigned_study_is_refused_by_the_command(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    made = written(tmp_path, CURVES)
    words = ["study", "run", str(made.path), "--store", store.url, "--out", str(tmp_path / "out")]
    assert main(words) == EXIT_BAD_INPUT
    assert "2 sites have not signed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
