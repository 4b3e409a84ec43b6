"""The demonstration study of charts over a server and three sites as processes of their own, over mutual TLS.

It starts a federation of its own and runs all analyses, so it runs where CIMARA_MANY=1 asks for it.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cimara.federation.demonstration.houses import MAIL, Houses, free_port
from cimara.federation.demonstration.running import running
from cimara.federation.opening import open_study
from cimara.federation.provision import doctor, provision
from cimara.federation.provision.finding import Finding
from cimara.federation.transport.nvflare.session import follow, results, submit
from cimara.outcomes.report.findings import Result
from cimara.outcomes.report.running import run_plan
from cimara.studies.build import build_study
from cimara.studies.check import CheckedStudy
from cimara.studies.demonstration.whole_way import COORDINATOR
from cimara.studies.plan_by_sites import plan_by_sites
from tests.federated.charts.chart_kits import STUDY, fill_site, signed_study, submissions
from tests.many import MANY

pytestmark = pytest.mark.skipif(not MANY, reason="about a minute; CIMARA_MANY=1 runs it")

CLOSE = 1e-10
WITHIN = 300.0
SITES = tuple(one.site_id for one in submissions()) if MANY else ()


@dataclass(frozen=True)
class Ran:
    """What the researcher fetched, the pooled run, and what the doctor said of a site before."""

    out: Path
    content: dict[str, Any]
    pooled: dict[str, Result]
    found: list[Finding]

    def analysis(self, name: str) -> dict[str, Any]:
        """An analysis of the report that was fetched."""
        return next(one for one in self.content["analyses"] if one["id"] == name)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("charts")
    checked = signed_study(folder / "study")
    houses = set_up(folder, checked)
    with running(houses, SITES):
        found = doctor(houses.site(SITES[0]))
        job = submit(houses.researcher, STUDY, ())
        follow(houses.researcher, job, within=WITHIN)
        out = results(houses.researcher, job, folder / "out")
    plan = replace(plan_by_sites(checked, SITES), drawn=False)
    pooled = run_plan(plan, build_study(checked, submissions()).data, code_hash="")
    content = json.loads((out / "report" / "results.json").read_text())
    return Ran(out, content, {one.analysis.id: one for one in pooled}, found)


def set_up(folder: Path, checked: CheckedStudy) -> Houses:
    """Kits of a server, three sites and a researcher, filled with the study of charts."""
    port = free_port()
    (folder / "project.toml").write_text(project(port))
    provision(folder / "project.toml", folder / "kits")
    study = open_study(checked.path)
    houses = Houses(folder=folder, study=study, port=port)  # type: ignore[arg-type]
    keys = folder / "study" / "keys"
    for kit in (houses.server, houses.researcher, *map(houses.site, SITES)):
        shutil.copytree(
            folder / "study", kit / "house" / "studies" / STUDY, ignore=shutil.ignore_patterns("keys")
        )
    for kit, role in ((houses.server, "coordinator"), (houses.researcher, "researcher")):
        shutil.copy(keys / f"{COORDINATOR}.pem", kit / "house" / f"{role}_key.pem")
    for source in submissions():
        fill_site(houses.site(source.site_id), checked, source, keys / f"{source.site_id}.pem")
    return houses


def project(port: int) -> str:
    """The project file of the federation, on this machine's loopback."""
    sites = "\n".join(
        f'[[site]]\nid = "{name}"\norganisation = "institution_{place:02d}"'
        for place, name in enumerate(SITES, start=1)
    )
    return (
        f'name = "charts"\n\n[server]\nhost = "localhost"\nalso = ["127.0.0.1"]\nport = {port}\n'
        f'bind = "loopback"\norganisation = "demo_centre"\n\n{sites}\n\n'
        f'[[researcher]]\nid = "{MAIL}"\norganisation = "demo_centre"\n'
    )


def test_every_planned_analysis_is_done(ran: Ran) -> None:
    found = {one["id"]: one["status"] for one in ran.content["analyses"]}
    assert found == dict.fromkeys(("A1", "A2", "A3", "A4", "A5"), "done")


@pytest.mark.parametrize("name", ["A1", "A2", "A3", "A4", "A5"])
def test_estimates_intervals_and_tests_are_those_of_pooled_rows(ran: Ran, name: str) -> None:
    findings = ran.pooled[name].findings
    assert findings is not None
    for one, other in zip(findings.estimates, ran.analysis(name)["estimates"], strict=True):
        for key in ("estimate", "lower", "upper", "p"):
            wanted, given = getattr(one, key), other[key]
            assert given == (wanted if wanted is None else pytest.approx(wanted, rel=CLOSE, abs=CLOSE)), key


def test_the_researcher_fetches_the_report_and_no_sum_of_a_round(ran: Ran) -> None:
    assert {one.name for one in ran.out.iterdir()} == {"status.json", "result", "report"}
    assert "Table 1" in (ran.out / "report" / "report.html").read_text()


def test_the_doctor_finds_the_data_folder_of_the_study(ran: Ran) -> None:
    told = [str(one) for one in ran.found]
    assert "good: data: demo-rn-bev: the data folder is of the study as it is signed" in told
    assert not [one for one in told if one.startswith("bad")]
