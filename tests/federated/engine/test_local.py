"""`federation.run` over sites in this process: one call, all checks, and the pooled numbers."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import cimara.federation as federation
from cimara.cohort.study.keys import public_half
from cimara.federation.errors import Code, FederationError
from cimara.federation.transport.local import content_hash
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival
from tests.federated.bytes_that_left import BytesThatLeft
from tests.federated.engine.small_job import SITES, cox_analysis, pooled, study_of, table, tables_of

SIX = ("dose", "volume", "x2", "x3", "x4", "x5")


def test_one_call_gives_the_pooled_numbers():
    tables = tables_of()
    result = federation.run(study_of(), "A2", transport=federation.local(tables))
    np.testing.assert_allclose(result.value.coef, pooled(tables).coef, rtol=0, atol=1e-12)


def test_a_study_whose_keys_are_elsewhere_is_simulated_with_new_ones():
    study = study_of()
    fields = {name: getattr(study, name) for name in federation.FederatedStudy.__dataclass_fields__}
    real = federation.FederatedStudy(**fields | {"signed": frozenset()})
    transport = federation.local(tables_of())
    known, key = transport.open(real)
    assert known.hash == real.hash
    assert known.coordinators["coordinator"] == public_half(key) != real.coordinators["coordinator"]
    assert federation.run(real, "A2", transport=federation.local(tables_of())).patients == 120


def test_a_refusal_is_raised_with_the_site_s_code_and_words():
    with pytest.raises(FederationError) as caught:
        federation.run(study_of(), "A2", transport=federation.local(tables_of(n=5)))
    assert caught.value.code is Code.TOO_FEW_PATIENTS
    assert "fewer than 10" in str(caught.value)


def test_rows_of_a_site_outside_the_study_are_refused():
    with pytest.raises(FederationError) as caught:
        federation.run(study_of(), "A2", transport=federation.local(tables_of((*SITES, "XX99"))))
    assert caught.value.code is Code.NOT_A_MEMBER


def test_a_site_without_rows_here_is_named():
    with pytest.raises(FederationError) as caught:
        federation.run(study_of(), "A2", transport=federation.local(tables_of(("NL01", "UT02"))))
    assert (caught.value.code, "CH03" in str(caught.value)) == (Code.NO_ANSWER, True)


def test_an_analysis_in_one_place_twice_is_the_same_job_s_folder(folder):
    transport = federation.local(tables_of(), folder=folder)
    federation.run(study_of(), "A2", transport=transport)
    with pytest.raises(FederationError) as caught:
        federation.run(study_of(), "A2", transport=transport)
    assert caught.value.code is Code.OLD_ROUND


def test_a_transport_without_a_folder_leaves_nothing_behind():
    with federation.local(tables_of()) as transport:
        federation.run(study_of(), "A2", transport=transport)
        place = transport.folder
        assert place.is_dir()
    assert not place.exists()


def test_rows_of_another_form_need_their_hash():
    with pytest.raises(FederationError) as caught:
        content_hash({"rows": 3})
    assert caught.value.code is Code.BAD_TABLE


def test_the_hash_of_a_table_is_that_of_its_content():
    assert content_hash(table("UT02")) == content_hash(table("UT02"))
    assert content_hash(table("UT02")) != content_hash(table("UT02", 41))


def test_what_a_transport_hears_can_be_kept():
    left = BytesThatLeft(federation.local(tables_of()))
    federation.run(study_of(), "A2", transport=left)
    assert {site for site, _ in left.frames} == set(SITES)


def test_seventeen_sites_give_the_pooled_model_in_six_rounds():
    sites = tuple(f"UT{place:02d}" for place in range(1, 18))
    tables = {site: table(site, 100, covariates=6) for site in sites}
    study = study_of(cox_analysis(covariates=[{"name": name} for name in SIX]), sites=sites)
    rows = Survival.from_frame(
        pl.concat(tables.values()), time="days", event="died", covariates=list(SIX), strata=["centre"],
        site="centre",
    )  # fmt: skip
    result = federation.run(study, "A2", transport=federation.local(tables))
    np.testing.assert_allclose(result.value.coef, cox(rows.by_site()).coef, rtol=0, atol=1e-10)
    assert result.rounds == 6
