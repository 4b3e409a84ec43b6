"""The federated study of the demonstration: sites that are ready, one that is not, and a job that was run."""

from __future__ import annotations

from typing import Any

import pytest

from cimara_web.accounts.models import Account
from cimara_web.demonstration.cast import number_at
from cimara_web.demonstration.federated import ASKED, LATE, SITES
from cimara_web.demonstration.federated_job import TITLE
from cimara_web.demonstration.people import STUDY_LEAD, demo_people
from cimara_web.studies.federation.job_files import Job, jobs_of
from cimara_web.studies.models import Study
from tests.web.people import signed_in


@pytest.fixture
def study(story: Any) -> Study:
    """The one whose rows stay at its sites."""
    return Study.objects.get(state="analysis")


@pytest.fixture
def job(study: Study, settings: Any) -> Job:
    """What the portal reads of its job."""
    (found,) = jobs_of(study.dictionary_hash, settings.FEDERATION_JOBS)
    return found


def page(study: Study, number: int) -> str:
    account = Account.objects.get(email=demo_people()[number - 1].email)
    answer = signed_in(account).get(f"/studies/{study.slug}/federation/", secure=True)
    return " ".join(answer.content.decode().split())


def test_the_job_was_run_over_all_sites_of_the_study_file(job: Job) -> None:
    assert {one.id for one in job.analyses} == set(ASKED)
    assert {one.id for one in job.sites} == set(SITES)
    assert {str(one.state) for one in job.analyses} == {"done"}


def test_its_page_shows_who_is_ready_and_what_the_job_came_to(study: Study, job: Job) -> None:
    told = page(study, STUDY_LEAD)
    assert f"{len(SITES)} of {len(SITES) + 1} sites are ready" in told
    assert f"Job {job.job}" in told
    assert TITLE in told.partition("Released results")[2]


def test_people_of_a_site_see_of_the_others_whether_they_are_ready(study: Study, job: Job) -> None:
    told = page(study, number_at(SITES["NY13"], 0))
    assert "NY13" in told
    assert not any(f">{code}</a>" in told for code in (*SITES, LATE[0]) if code != "NY13")
