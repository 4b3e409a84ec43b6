"""One snapshot of made trials for all tests of the search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cimara.trials.snapshot import Snapshot
from tests.unit.trials.search.trials import (
    ATHENS,
    PARIS,
    THESSALONIKI,
    country_only,
    site,
    snapshot_of,
    trial,
)

TRIALS = (
    trial(
        1,
        "Tucatinib in breast cancer",
        conditions=["HER2-positive Breast Cancer"],
        drug="Tucatinib",
        brm="required",
        lmd="allowed",
        sites=[site(point=ATHENS)],
        day="2026-02-01",
    ),
    trial(
        2,
        "T-DM1 after surgery",
        conditions=["HER2-positive Breast Cancer"],
        drug="T-DM1",
        brm="stable_only",
        lmd="excluded",
        phases=["PHASE1", "PHASE2"],
        sites=[site("Thessaloniki", point=THESSALONIKI)],
        day="2026-01-20",
    ),
    trial(
        3,
        "A drug for lung cancer that don't respond",
        conditions=["Non-small Cell Lung Cancer"],
        drug="Osimertinib",
        brm="active_allowed",
        phases=["PHASE3"],
        sites=[site("Paris", "France", PARIS)],
        day="2026-01-19",
        posted="2026-01-02",
    ),
    trial(
        4,
        "PD-L1+ tumours",
        conditions=["Solid Tumor"],
        drug="Nivolumab",
        brm="unclear",
        phases=["PHASE2", "PHASE3"],
        day="2026-01-18",
    ),
    trial(
        5,
        "Radiosurgery for brain metastases",
        conditions=["Brain Metastases"],
        drug="SRS",
        brm="required",
        sites=[country_only("Greece")],
        phases=["NA"],
        day="2026-01-17",
    ),
    trial(
        6,
        "Melanoma vaccine",
        brm="excluded",
        sites=[
            site("Piraeus", point={"lat": 37.95, "lon": 23.64}, status="COMPLETED"),
            site("Paris", "France", PARIS),
        ],
        day="2026-01-16",
    ),
    trial(
        7,
        "Melanoma in older people",
        brm="not_mentioned",
        eligibility__minimumAge="65 Years",
        sites=[site("Larissa", point={"lat": 39.64, "lon": 22.42})],
        day="2026-01-15",
    ),
    trial(
        8,
        "Childhood tumour study",
        conditions=["Neuroblastoma"],
        eligibility__minimumAge=None,
        eligibility__maximumAge="17 Years",
        day=None,
        posted=None,
    ),
    trial(
        9,
        "Ovarian cancer and olaparib",
        conditions=["Ovarian Cancer"],
        drug="Olaparib",
        eligibility__sex="FEMALE",
        sponsorCollaborators__leadSponsor={"name": "Firm", "class": "INDUSTRY"},
        day="2026-01-13",
    ),
    trial(10, "Melanoma, opening soon", status="NOT_YET_RECRUITING", day="2026-02-09"),
    trial(11, "Melanoma by invitation", status="ENROLLING_BY_INVITATION", day="2026-02-08"),
    trial(12, "Melanoma finished", status="COMPLETED", day="2026-02-07"),
    trial(
        13,
        "Melanoma drug outside trials",
        status="AVAILABLE",
        design__studyType="EXPANDED_ACCESS",
        phases=[],
        day="2026-02-06",
    ),
    trial(14, "Melanoma of unknown state", status="UNKNOWN", day="2026-02-05"),
    trial(
        15,
        "Leukaemia registry",
        conditions=["Acute Myeloid Leukemia"],
        design__studyType="OBSERVATIONAL",
        phases=[],
        brm="not_applicable",
        day="2026-01-12",
        identification__nctIdAliases=["NCT90000015"],
    ),
    trial(
        16,
        "Advice for families",
        conditions=["Insomnia"],
        criteria="people with questions about dexamethasone",
        day="2026-01-11",
    ),
    trial(17, "Breast cancer of any kind", conditions=["Breast Cancer"], brm="stable_only", day="2026-01-10"),
)


@pytest.fixture(scope="session")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    with snapshot_of(tmp_path_factory.mktemp("search"), TRIALS) as snapshot:
        yield snapshot
