"""A study of charts whose questions people carry as files: its report is that of the pooled rows.

Three kits hold the packaged demonstration study; each site answers out of the folder that it built itself.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.cli import main
from cimara.cohort.study.errors import StudyError
from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.job_release import release_job
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import JobState
from cimara.federation.errors import Code
from cimara.federation.messages.kinds import Joined, Refused, read
from cimara.federation.opening import open_study
from cimara.federation.reports.chart_study import ChartStudy
from cimara.federation.reports.site_folder import SiteFolder
from cimara.federation.site.by_hand import answer, begin, go_on, job_folder
from cimara.federation.site.kit_node import node_of
from cimara.federation.site.release_by_hand import respond
from cimara.federation.transport.filedrop import FileDropTransport
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.session import new_order
from cimara.outcomes.report.findings import Result
from cimara.outcomes.report.running import run_plan
from cimara.studies.build import build_study
from cimara.studies.bundle import read_bundle
from cimara.studies.plan_by_sites import plan_by_sites
from tests.federated.charts.chart_kits import NOW, STUDY, ChartKits, chart_kits, submissions

CLOSE = 1e-10
ASKED = ("A1", "A4", "description")
MOST = 40
"""More times than the folder has to be carried."""


def now() -> dt.datetime:
    return NOW


def number_of(job: str, lines: tuple[str, ...]) -> str:
    """What a steward types who lets the answers go."""
    return job


@dataclass(frozen=True)
class Carried:
    """A job that was carried to its end, and the pooled run."""

    kits: ChartKits
    job: JobResult
    pooled: dict[str, Result]
    content: dict[str, Any]

    def analysis(self, name: str) -> dict[str, Any]:
        """An analysis of the report."""
        return next(one for one in self.content["analyses"] if one["id"] == name)


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> ChartKits:
    return chart_kits(tmp_path_factory.mktemp("kits"))


@pytest.fixture(scope="module")
def study(kits: ChartKits) -> ChartStudy:
    """The study as the kits hold it."""
    made = open_study(kits.checked.path)
    assert isinstance(made, ChartStudy)
    return made


@pytest.fixture
def own(kits: ChartKits, tmp_path: Path) -> ChartKits:
    """Kits of the test's own."""
    shutil.copytree(kits.folder, tmp_path / "kits")
    return replace(kits, folder=tmp_path / "kits")


@pytest.fixture(scope="module")
def carried(kits: ChartKits, study: ChartStudy, tmp_path_factory: pytest.TempPathFactory) -> Carried:
    """Begun and ended as commands do it; between, the processes of the houses stay alive, for speed."""
    folder = tmp_path_factory.mktemp("carried")
    shutil.copytree(kits.folder, folder / "kits")
    kits, drop = replace(kits, folder=folder / "kits"), folder / "drop"
    job = begin(kits.researcher, STUDY, ASKED, drop, now=now)
    centre = House(kits.researcher)
    coordinator = Coordinator(
        study=study, transport=FileDropTransport(drop, study), folder=job_folder(centre, job.job),
        key=centre.key("researcher"), now=now,
    )  # fmt: skip
    nodes = [node_of(House(kits.site(site)), site, study, now) for site in kits.sites]
    state, times = job.state, 0
    while state is JobState.PAUSED and times < MOST:
        for node in nodes:
            respond(drop / job.job, node, number_of, person="Demo Member 014")
        state, times = coordinator.resume().state, times + 1
    job = go_on(kits.researcher, job.job, drop, now=now)
    plan = replace(plan_by_sites(kits.checked, kits.sites), drawn=False)
    plan = replace(plan, analyses=tuple(one for one in plan.analyses if one.id in ASKED))
    pooled = run_plan(plan, build_study(kits.checked, submissions()).data, code_hash="")
    content = json.loads((job.folder / "report" / "results.json").read_text())
    return Carried(kits, job, {one.analysis.id: one for one in pooled}, content)


def test_what_was_asked_for_is_done_and_the_report_says_what_was_not(carried: Carried) -> None:
    found = {one["id"]: (one["status"], one["message"]) for one in carried.content["analyses"]}
    left = ("failed", "this job did not ask for it")
    assert found == {"A1": ("done", None), "A2": left, "A3": left, "A4": ("done", None), "A5": left}


@pytest.mark.parametrize("name", ["A1", "A4"])
def test_estimates_intervals_and_tests_are_those_of_pooled_rows(carried: Carried, name: str) -> None:
    findings = carried.pooled[name].findings
    assert findings is not None
    found = carried.analysis(name)["estimates"]
    assert [(one["measure"], one["of"]) for one in found] == [(e.measure, e.of) for e in findings.estimates]
    for one, other in zip(findings.estimates, found, strict=True):
        for key in ("estimate", "lower", "upper", "p"):
            wanted, given = getattr(one, key), other[key]
            assert given == (wanted if wanted is None else pytest.approx(wanted, rel=CLOSE, abs=CLOSE)), key


def test_the_report_names_the_folder_that_each_site_answered_from(
    carried: Carried, study: ChartStudy
) -> None:
    told = dict(carried.content["over_sites"]["hashes"])
    for site in carried.kits.sites:
        _, version = SiteFolder(carried.kits.data(site), study).read(site)
        assert told[f"data {site}"] == version


def test_no_patient_is_in_the_report(carried: Carried) -> None:
    pages = [one.read_text() for one in (carried.job.folder / "report").rglob("*") if one.is_file()]
    assert any("Survival from the first dose of bevacizumab" in page for page in pages)
    for source in submissions():
        for one in source.dataset.frame("Patient")["patient_id"].to_list():
            assert not any(one in page for page in pages)


def test_a_job_that_is_over_gives_the_same_report_again(carried: Carried, tmp_path: Path) -> None:
    before = (carried.job.folder / "report" / "report.html").read_bytes()
    shutil.rmtree(carried.job.folder / "report")
    go_on(carried.kits.researcher, carried.job.job, tmp_path, now=now)
    assert (carried.job.folder / "report" / "report.html").read_bytes() == before


def test_the_bundle_for_the_portal_is_made_of_the_report(carried: Carried, tmp_path: Path) -> None:
    assert main(["study", "bundle", str(carried.job.folder), "--to", str(tmp_path / "b.zip")]) == 0
    names = {one.name for one in read_bundle(tmp_path / "b.zip").files}
    assert {"report.html", "tables/table-1.csv"} <= names
    assert any(one.startswith("tables/A1-") for one in names)


def test_who_hands_out_answers_for_the_report_too(carried: Carried, tmp_path: Path) -> None:
    shutil.copytree(carried.job.folder, tmp_path / "job")
    files = release_job(tmp_path / "job", by="Demo Member 014")["files"]
    page = (tmp_path / "job" / "report" / "report.html").read_bytes()
    assert files["report/report.html"] == hashlib.sha256(page).hexdigest()


@pytest.fixture(scope="module")
def order(kits: ChartKits, study: ChartStudy) -> bytes:
    """A signed order for analysis A4."""
    return new_order(House(kits.researcher), study, ("A4",), NOW, dt.timedelta(days=1))


def other_model(kits: ChartKits, site: str) -> None:
    kits.provenance(site, schema_version="0.9")


def other_version_of_the_study(kits: ChartKits, site: str) -> None:
    kits.provenance(site, study_hash="0" * 64)


def another_sites_rows(kits: ChartKits, site: str) -> None:
    other = next(one for one in kits.sites if one != site)
    shutil.copy(kits.data(other) / "rows.parquet", kits.data(site) / "rows.parquet")


def pooled_rows(kits: ChartKits, site: str) -> None:
    shutil.rmtree(kits.data(site))
    build_study(kits.checked, submissions()).write(kits.data(site))


def flow_of_two_sites(kits: ChartKits, site: str) -> None:
    """The rows are the site's own, but consort.json counts another's patients too."""
    kits.provenance(site, sites=[{"site": one} for one in kits.sites[:2]])


def no_folder(kits: ChartKits, site: str) -> None:
    shutil.rmtree(kits.data(site))


def damaged(kits: ChartKits, site: str) -> None:
    (kits.data(site) / "rows.parquet").write_bytes(b"PAR1")


@pytest.mark.parametrize(
    ("done", "code", "words"),
    [
        (other_model, Code.OTHER_DATA_MODEL, "in another version of the data model"),
        (other_version_of_the_study, Code.BAD_TABLE, "another version of demo-rn-bev"),
        (another_sites_rows, Code.BAD_TABLE, "not built of this site's submission alone"),
        (pooled_rows, Code.BAD_TABLE, "not built of this site's submission alone"),
        (flow_of_two_sites, Code.BAD_TABLE, "not built of this site's submission alone"),
        (no_folder, Code.BAD_TABLE, "no data folder of the study"),
        (damaged, Code.BAD_TABLE, "damaged"),
    ],
)
def test_a_site_refuses_a_folder_that_is_not_its_own_of_this_study(
    own: ChartKits,
    study: ChartStudy,
    order: bytes,
    done: Callable[[ChartKits, str], None],
    code: Code,
    words: str,
) -> None:
    site = own.sites[0]
    done(own, site)
    house = House(own.site(site))
    said = read(node_of(house, site, study, now).answer(order), Refused, study.sites)
    last = list(house.ledger.entries())[-1]
    assert (said.code, last["decision"], last["code"]) == (code, "refused", code)
    assert words in said.words


def test_a_site_with_its_own_folder_joins(own: ChartKits, study: ChartStudy, order: bytes) -> None:
    site = own.sites[0]
    node = node_of(House(own.site(site)), site, study, now)
    joined = read(node.answer(order), Joined, study.sites)
    assert (joined.data_model, joined.data_version) == (
        study.data_model, SiteFolder(own.data(site), study).read(site)[1],
    )  # fmt: skip


def test_the_centre_is_told_of_another_data_model(own: ChartKits, tmp_path: Path) -> None:
    other_model(own, own.sites[0])
    job = begin(own.researcher, STUDY, ["A4"], tmp_path / "drop", now=now)
    for site in own.sites:
        answer(own.site(site), tmp_path / "drop" / job.job, number_of, person="Demo Member 014", now=now)
    ended = go_on(own.researcher, job.job, tmp_path / "drop", now=now)
    assert (ended.state, ended.reason and ended.reason.code) == (JobState.FAILED, Code.OTHER_DATA_MODEL)
    assert not (ended.folder / "report").exists()


def test_a_site_of_several_studies_has_a_folder_of_each(own: ChartKits, study: ChartStudy) -> None:
    site = own.sites[0]
    before = SiteFolder(own.data(site), study).read(site)[1]
    own.data(site).rename(own.folder / "aside")
    own.data(site).mkdir()
    (own.folder / "aside").rename(own.data(site) / STUDY)
    assert SiteFolder(own.data(site), study).read(site)[1] == before


def test_the_hash_of_a_folder_is_another_when_a_cell_is(own: ChartKits, study: ChartStudy) -> None:
    site = own.sites[0]
    before = SiteFolder(own.data(site), study).read(site)[1]
    path = own.data(site) / "rows.parquet"
    pl.read_parquet(path).with_columns(pl.col("age") + 1).write_parquet(path)
    assert SiteFolder(own.data(site), study).read(site)[1] != before


@pytest.mark.parametrize(
    ("begins", "ends", "key"), [("[federation]", "\n[sites]", "federation"), ("[sites]", "", "sites.members")]
)
def test_a_study_that_does_not_say_who_and_how_is_none_for_sites(
    kits: ChartKits, tmp_path: Path, begins: str, ends: str, key: str
) -> None:
    shutil.copytree(kits.checked.path.parent, tmp_path / "study")
    path = tmp_path / "study" / "study.toml"
    before, _, after = path.read_text().partition(begins)
    path.write_text(before + (ends + after.partition(ends)[2] if ends else ""))
    with pytest.raises(StudyError) as told:
        open_study(path)
    assert [one.key for one in told.value.faults] == [key]
