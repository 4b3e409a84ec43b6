"""The page of a federated study: who sees it, which sites are ready, how far jobs are, what was released."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cimara_web.demonstration.federated import study_files
from cimara_web.studies.actions.documents import add_document
from cimara_web.studies.actions.study import set_dictionary
from cimara_web.studies.dictionary import DictionaryError
from cimara_web.studies.models import Analysis, Report
from cimara_web.studies.results.bundles import limits_of
from cimara_web.writes import action
from tests.web.people import NOW, signed_in, site
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.federation_jobs import HASH, put_job, site_status, status
from tests.web.studies.workspace.made import NOBODY, kept, stored

INSIDE = ("lead", "statistician", "site lead", "coordinator", "other")
TAB = "federation/"


@pytest.fixture
def federated(team: Team) -> Team:
    """The study of the tests with its two sites, whose rows stay there."""
    stored(team.study, mode="federated", dictionary_hash=HASH)
    for one in (team.site, team.other_site):
        stored(one, mode="federated")
    return team


@pytest.fixture
def jobs(tmp_path: Path, settings: Any) -> Path:
    """The folder of job folders, empty."""
    settings.FEDERATION_JOBS = tmp_path / "jobs"
    settings.FEDERATION_JOBS.mkdir()
    return settings.FEDERATION_JOBS


def read(team: Team, who: str = "lead") -> str:
    return " ".join(team.get(who, team.address("federation")).content.decode().split())


def row_of(page: str, words: str) -> str:
    """The row of a table with these words in it."""
    return next(one for one in page.split("<tr>") if words in one).partition("</tr>")[0]


def ready(team: Team) -> None:
    stored(team.site, attested_dictionary=HASH, has_kit=True, has_policy=True)


class TestWhoFindsIt:
    def test_people_with_a_role_in_the_study_and_nobody_else(self, federated: Team) -> None:
        address = federated.address("federation")
        everybody = (*INSIDE, "office", "member", "outsider")
        found = {who for who in everybody if federated.get(who, address).status_code == 200}
        assert found == set(INSIDE)

    def test_strangers_are_asked_to_sign_in(self, federated: Team, client: Any) -> None:
        assert client.get(federated.address("federation"), secure=True).status_code == 302

    def test_a_study_whose_rows_are_sent_has_no_such_page(self, team: Team) -> None:
        assert team.get("lead", team.address("federation")).status_code == 404
        assert TAB not in team.get("lead", team.address()).content.decode()

    @pytest.mark.parametrize("mode", ["federated", "both"])
    def test_others_have_a_tab(self, federated: Team, mode: str) -> None:
        stored(federated.study, mode=mode)
        assert TAB in federated.get("lead", federated.address()).content.decode()


class TestReadiness:
    def test_what_a_site_lacks_comes_in_its_order(self, federated: Team, jobs: Path) -> None:
        steps = (
            ({"attested_dictionary": "e" * 64}, "it has changed"),
            ({"attested_dictionary": HASH}, "writes the policy"),
            ({"has_policy": True}, "receives the kit"),
            ({"has_kit": True}, "Starts the site"),
        )
        assert "Checks and signs" in row_of(read(federated), federated.site.code)
        for fields, words in steps:
            stored(federated.site, **fields)
            assert words in row_of(read(federated), federated.site.code)

    def test_a_site_is_ready_when_the_centre_has_seen_it_too(self, federated: Team, jobs: Path) -> None:
        ready(federated)
        assert "not ready" in row_of(read(federated), federated.site.code)
        put_job(jobs, "0042", status(sites=[site_status(federated.site.code)]))
        row = row_of(read(federated), federated.site.code)
        assert "not ready" not in row
        assert "20 Nov 2026, 11:58 UTC" in row
        assert "1 of 2 sites is ready" in read(federated)

    def test_why_the_newest_job_waits_for_a_site(self, federated: Team, jobs: Path) -> None:
        code = federated.site.code
        put_job(jobs, "0042", status(sites=[site_status(code, waiting=f"{code} waits for its steward")]))
        assert f"{code} waits for its steward" in row_of(read(federated), federated.site.institution.name)

    def test_of_another_site_it_is_told_whether_it_is_ready_and_no_more(
        self, federated: Team, jobs: Path
    ) -> None:
        other = federated.other_site
        put_job(jobs, "0042", status(sites=[site_status(other.code, waiting="WAITING-WORDS")]))
        row = row_of(read(federated, "site lead"), other.institution.name)
        assert "not ready" in row
        assert "11:58" not in row
        assert other.code not in row
        assert "WAITING-WORDS" not in read(federated, "site lead")

    def test_sites_that_send_rows_or_have_left_are_not_listed(self, federated: Team) -> None:
        stored(federated.site, mode="pooled")
        stored(federated.other_site, closed_at=NOW)
        page = read(federated)
        assert "No site that keeps its rows" in page
        assert federated.other_site.institution.name not in page

    def test_people_of_a_site_say_that_kit_and_policy_are_there(self, federated: Team) -> None:
        stored(federated.site.ethics, state="exempt")
        stored(federated.site.agreement, state="executed")
        said = {"dictionary": HASH, "rows": "20-99", "software": "cimara 1.0", "has_kit": "on"}
        answer = federated.post("coordinator", federated.address("site", "attest"), **said)
        assert answer.status_code == 303
        federated.site.refresh_from_db()
        assert (federated.site.has_kit, federated.site.has_policy) == (True, False)


class TestJobs:
    def test_a_running_job_tells_its_rounds(self, federated: Team, jobs: Path) -> None:
        put_job(jobs, "0042", status())
        page = read(federated)
        assert "3 of 8 rounds are done" in page
        assert "running" in row_of(page, ">A1<")

    @pytest.mark.parametrize(("state", "rounds"), [("round", 3), ("done", 4)])
    def test_an_analysis_tells_its_complete_rounds(
        self, federated: Team, jobs: Path, state: str, rounds: int
    ) -> None:
        put_job(jobs, "0042", status(analyses=[{"id": "A1", "state": state, "step": 3}]))
        assert f'<td class="figure">{rounds}</td>' in row_of(read(federated), ">A1<")

    def test_a_refusal_comes_with_its_cause_and_what_to_do(self, federated: Team, jobs: Path) -> None:
        refused = {"id": "A1", "state": "failed", "step": 1, "code": "FED-211", "words": "Too near."}
        put_job(jobs, "0042", status(state="done", analyses=[refused]))
        row = row_of(read(federated), ">A1<")
        assert "FED-211: Too near." in row
        assert "wait until more patients have come" in row

    def test_a_code_that_nobody_knows_is_not_shown(self, federated: Team, jobs: Path) -> None:
        odd = {"id": "A1", "state": "failed", "step": 1, "code": "FED-999", "words": "Odd."}
        put_job(jobs, "0042", status(analyses=[odd]))
        assert "FED-999" not in read(federated)

    def test_jobs_of_another_study_file_are_not_shown(self, federated: Team, jobs: Path) -> None:
        put_job(jobs, "0042", status(study_hash="e" * 64))
        assert "No job has run yet" in read(federated)

    def test_without_a_study_file_no_job_can_run(self, federated: Team, jobs: Path) -> None:
        put_job(jobs, "0042", status())
        stored(federated.study, dictionary_hash="")
        assert "No job can run yet" in read(federated)

    def test_a_folder_that_is_not_there_is_no_fault(self, federated: Team, jobs: Path) -> None:
        jobs.rmdir()
        assert "No job has run yet" in read(federated)

    def test_words_of_a_file_are_text_and_turn_nothing_round(self, federated: Team, jobs: Path) -> None:
        put_job(jobs, "0042", status(words="<b>bold</b>\u202eturned"))
        page = read(federated)
        assert "&lt;b&gt;bold&lt;/b&gt;turned" in page
        assert "\u202e" not in page


class TestResults:
    @action
    def hold(self, team: Team, **fields: Any) -> None:
        analysis = Analysis(
            study=team.study, title="Survival by dose", planned_by=NOBODY, made_at=NOW, moved_at=NOW,
            **{"mode": "federated", "state": "released", **fields},
        )  # fmt: skip
        analysis.save()
        Report(
            analysis=analysis, sha256="b" * 64, size=1, files={}, disclosure_check="", held_at=NOW,
            held_by=NOBODY, released_at=NOW if analysis.state == "released" else None,
        ).save()  # fmt: skip

    def test_what_was_released_is_linked(self, federated: Team) -> None:
        self.hold(federated)
        assert "Survival by dose" in read(federated, "coordinator")

    @pytest.mark.parametrize("fields", [{"state": "held"}, {"mode": "pooled"}])
    def test_what_was_not_or_is_of_rows_is_not(self, federated: Team, fields: dict[str, str]) -> None:
        self.hold(federated, **fields)
        assert "Survival by dose" not in read(federated)


class TestStudyFile:
    """A study over flat tables has its study file as its dictionary, with the sites' keys beside it."""

    def dictionary(self, team: Team, content: bytes) -> Any:
        return add_document(
            by=team.by("lead"), study=team.study, kept=kept(content), kind="dictionary", title="Study file",
            version="1", file_name="study.zip", media_type="application/zip", now=NOW,
        )  # fmt: skip

    def test_its_hash_is_what_sites_sign_and_jobs_are_known_by(self, federated: Team) -> None:
        study, packed = study_files()
        made = self.dictionary(federated, packed)
        set_dictionary(by=federated.by("lead"), study=federated.study, document=made, now=NOW)
        federated.study.refresh_from_db()
        assert federated.study.dictionary_hash == study.hash
        assert {"days", "event"} <= set(federated.study.needed_fields)
        assert limits_of(federated.study) == study.disclosure

    def test_its_faults_are_told(self, federated: Team) -> None:
        _, packed = study_files()
        held = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(packed)) as whole, zipfile.ZipFile(held, "w") as part:
            part.writestr("study.toml", whole.read("study.toml"))
        made = self.dictionary(federated, held.getvalue())
        with pytest.raises(DictionaryError, match="sites: no such file"):
            set_dictionary(by=federated.by("lead"), study=federated.study, document=made, now=NOW)


LIMIT, SIGNED_IN = 5, 3
"""Statements of the page, besides three for session, account and roles."""


@pytest.mark.parametrize("size", [1, 200])
def test_the_page_asks_a_fixed_number_of_times(
    federated: Team, jobs: Path, size: int, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(size):
        site(federated.study, code=f"S{number}", mode="federated")
    put_job(jobs, "0042", status(sites=[site_status(f"S{number}") for number in range(size)]))
    browser = signed_in(federated.people["site lead"])
    browser.get("/about/", secure=True)
    with django_assert_max_num_queries(LIMIT + SIGNED_IN):
        assert browser.get(federated.address("federation"), secure=True).status_code == 200
