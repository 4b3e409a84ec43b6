"""A table study as a file: read with every fault and its line, hashed, and signed by its sites."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from cimara.cohort.study.errors import StudyError
from cimara.cohort.study.keys import new_key, public_half
from cimara.cohort.study.signing import sign, write_signature
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import GridKind
from cimara.federation.tables.analyses import ANALYSES
from cimara.federation.tables.reading import KEYS as KEYS_OF_AN_ANALYSIS
from cimara.federation.tables.studies import FEDERATION_KEYS, read_table_study, table_study

KEYS = {site: new_key() for site in ("NL01", "UT02", "TX03")}
COORDINATOR = new_key()
SITES = "\n".join(f'[sites.{site}]\nkey = "{public_half(key).text}"\n' for site, key in KEYS.items())
STUDY = f"""
[study]
id = "rn-bev-1"
title = "Bevacizumab for radionecrosis"
expires = 2030-12-31

[federation]
grid = "monthly"
until = 1826.25
sites = ["NL01", "UT02", "TX03"]

[federation.coordinators]
"Demo Centre 01" = "{public_half(COORDINATOR).text}"

[disclosure]
min_n = 12

[[analysis]]
id = "A1"
estimator = "cox_shared"
time = "days"
event = "died"
patient = "pid"
covariates = [
  {{ name = "age", centre = 60, scale = 10 }},
  {{ name = "grade", levels = ["2", "3"] }},
]

[[analysis]]
id = "A2"
estimator = "aalen_johansen"
time = "days"
status = "how"
causes = {{ 1 = "necrosis", 2 = "death" }}
group = {{ name = "arm", levels = ["a", "b"] }}
"""


def _written(folder: Path, text: str = STUDY) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    (folder / "sites.toml").write_text(SITES, encoding="utf-8")
    return path


def test_a_study_is_read_with_its_sites_grid_and_analyses(tmp_path: Path) -> None:
    study = read_table_study(_written(tmp_path))
    assert (study.id, study.expires, study.masked) == ("rn-bev-1", "2030-12-31", True)
    assert study.grid.kind is GridKind.MONTHLY
    assert list(study.sites) == list(KEYS)
    assert study.coordinators == {"Demo Centre 01": public_half(COORDINATOR)}
    assert study.disclosure.min_n == 12
    assert {one.id: one.estimator for one in study.analyses.values()} == {
        "A1": "cox_shared", "A2": "aalen_johansen"
    }  # fmt: skip


def test_sites_that_signed_this_text_have_signed_the_study(tmp_path: Path) -> None:
    path = _written(tmp_path)
    assert read_table_study(path).signed == frozenset()
    study = read_table_study(path)
    for site in ("NL01", "TX03"):
        made = sign(
            study_id=study.id, study_hash=study.hash, site_id=site, signed_by="Demo Member 014",
            at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC), key=KEYS[site],
        )  # fmt: skip
        write_signature(made, path)
    assert read_table_study(path).signed == {"NL01", "TX03"}
    _written(tmp_path, STUDY.replace("centre = 60", "centre = 61"))
    assert read_table_study(path).signed == frozenset()


def test_comments_and_layout_leave_the_hash_as_it_is_and_values_do_not(tmp_path: Path) -> None:
    first = read_table_study(_written(tmp_path)).hash
    assert read_table_study(_written(tmp_path, "# again\n" + STUDY.replace(" = ", "  =  "))).hash == first
    assert read_table_study(_written(tmp_path, STUDY.replace("scale = 10", "scale = 20"))).hash != first


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('grid = "monthly"', 'grid = "montly"', "line 8, federation.grid: unknown word"),
        ('estimator = "cox_shared"', 'estimator = "cox_share"', "line 20, analysis.1.estimator"),
        ('event = "died"', 'evnet = "died"', "unknown key; did you mean event?"),
        ('event = "died"\n', "", "analysis.1.event: missing; cox_shared needs event"),
        ("min_n = 12", "min_n = 2", "a study may only tighten it; expected 10 or more"),
        ('"NL01", "UT02"', '"NL01", "ut02"', "expected the ids of all sites"),
        ('"NL01", "UT02"', '"NL01", "OH09"', "OH09 has no key in sites.toml"),
        ('id = "A2"', 'id = "A1"', "another analysis has the same id"),
        ('causes = { 1 = "necrosis", 2 = "death" }\n', "", "aalen_johansen needs causes"),
        ("scale = 10", "scale = 0", "a scale must be above 0"),
        ('levels = ["2", "3"]', 'levels = ["2", "2"]', "each once, the reference first"),
        ('name = "grade"', 'name = "age"', "age is named twice"),
        ("until = 1826.25", "until = -3", "a grid needs the day that it ends on"),
        ("2030-12-31", "2030-13-31", "TOML"),
    ],
)
def test_each_fault_is_told_with_its_place(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in STUDY
    with pytest.raises(StudyError) as refused:
        read_table_study(_written(tmp_path, STUDY.replace(right, wrong, 1)))
    assert told in str(refused.value)


def test_a_file_that_is_not_there_is_a_study_error(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no such file"):
        read_table_study(tmp_path / "none.toml")


def test_every_estimator_has_an_analysis_of_tables_and_words_for_what_leaves() -> None:
    assert set(ANALYSES) <= set(ESTIMATORS)
    assert all(one.words and one.schemas for one in ESTIMATORS.values())


def test_a_simulated_study_has_all_keys_and_signatures() -> None:
    asked = {"id": "A1", "estimator": "km", "time": "t", "event": "e"}
    study = table_study([asked], sites=["NL01", "NL02"], keys={"NL01": KEYS["NL01"]})
    assert study.signed == {"NL01", "NL02"}
    assert study.sites["NL01"] == public_half(KEYS["NL01"])
    assert set(study.private_keys) == {"NL01", "NL02", "coordinator"}


PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "table-study-file.md"


@pytest.mark.parametrize("key", [*KEYS_OF_AN_ANALYSIS, *FEDERATION_KEYS])
def test_every_key_is_in_the_reference(key: str) -> None:
    assert f"`{key}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("estimator", ANALYSES)
def test_what_leaves_a_site_is_in_the_reference_in_the_words_that_a_plan_shows(estimator: str) -> None:
    line = next(one for one in PAGE.read_text("utf-8").splitlines() if one.startswith(f"| `{estimator}` |"))
    assert line.endswith(f"| {ESTIMATORS[estimator].words} |")
