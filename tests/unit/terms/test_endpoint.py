"""The endpoint vocabulary: ids of the catalogue, ids of the atlas alone, and a name for each."""

from __future__ import annotations

import re

import pytest

from cimara.terms.endpoint import (
    ATLAS_ONLY,
    CATALOGUE,
    CRITERIA_LABELS,
    ENDPOINT_LABELS,
    RESPONSE_PRESETS,
    Assessor,
    CriteriaId,
    EndpointId,
)

CATALOGUE_IDS = """
    OS PFS CNSPFS SYSPFS BIPFS CNSTTP CNSDOR BMFS BRMINC TNCNSE CNSLFS LOCFAIL DISTBF RNINC LMDINC NEURDTH
    SYSDTH NCOGDET ICORR ICCBR
"""
"""The entries of the endpoint catalogue (specification of the endpoint definitions, section 4)."""

ATLAS_IDS = """
    DFS TTP TTR ORR DOR DCR ICDCR WBRTFS OEDEMA LMRESP LMPFS CSFCLR DISCORD NEUROFN QOL SAFETY PKCSF OTHER
"""

PRESETS = """
    recist11 recist11_literal irecist rano_bm rano_bm_imaging irano mrecist_cns5 rano_lm_2019 rano_lm_2017
"""
"""The presets of the response criteria (specification of the response package, section 9)."""


def test_the_catalogue_has_its_twenty_ids() -> None:
    assert sorted(CATALOGUE) == sorted(CATALOGUE_IDS.split())


def test_the_other_ids_exist_in_the_atlas_only() -> None:
    assert sorted(ATLAS_ONLY) == sorted(ATLAS_IDS.split())


def test_every_response_preset_is_a_criteria_id() -> None:
    assert sorted(RESPONSE_PRESETS) == sorted(PRESETS.split())


@pytest.mark.parametrize("endpoint", CATALOGUE)
def test_a_catalogue_id_can_be_a_parameter_code(endpoint: EndpointId) -> None:
    assert re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", endpoint)


def test_every_id_has_a_name_in_words() -> None:
    assert set(ENDPOINT_LABELS) == set(EndpointId)
    assert set(CRITERIA_LABELS) == set(CriteriaId)


def test_central_review_is_written_as_the_field_writes_it() -> None:
    assert Assessor.BICR == "BICR"
