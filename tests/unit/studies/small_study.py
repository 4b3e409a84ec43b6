"""A study of two sites and twelve patients with radiation necrosis, small enough to count by hand.

Patient n of a site has onset on day 100 and is followed to day 100 + 100 n. Those of even n die on that day,
and have bevacizumab from day 140; n = 1 has dexamethasone from day 90 to day 120.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.dataset import Dataset
from cimara.cohort.study.keys import public_half
from cimara.cohort.study.signing import sign, write_signature
from cimara.cohort.study.sites import FILE, Site, sites_text
from cimara.studies.build import Built, build_study
from cimara.studies.check import CheckedStudy, check_study
from cimara.studies.sources import SiteData, from_datasets
from tests.unit.cohort.indices.chart import Row, chart
from tests.unit.cohort.study.study_text import changed

SITES = ("LY02", "UT01")
KEYS = {site: Ed25519PrivateKey.from_private_bytes(site.encode() * 8) for site in SITES}
NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
ONSET, BEVACIZUMAB = 100, 140

SIMPLE = (
    ('expr = "attributed(AdverseRadiationEffect.ctcae_grade)"', 'expr = "n_brm_at_anchor"'),
    ("centre = 60\nscale = 10\n", ""),
)
"""Changes that leave the small study with plain columns."""


def patients(site: str) -> Dataset:
    """The six patients of a site."""
    ids = {n: f"{site}-P000{n}" for n in range(1, 7)}
    last = {n: ONSET + 100 * n for n in ids}
    even = [n for n in ids if n % 2 == 0]

    def rows(of: list[int], **values: object) -> list[Row]:
        return [{"patient_id": ids[n], **values} for n in of]

    every = list(ids)
    return chart(
        Patient=[
            {"patient_id": ids[n], "age_at_anchor": 50 + n, "n_brm_at_anchor": n,
             "last_contact_day": last[n], "vital_status": "dead" if n in even else "alive"}
            for n in every
        ],
        StudyEnrolment=rows(every, study_id="rn-bev-1", eligible="yes", duo=["health_medical", "ethics"]),
        PrimaryTumour=rows(every, primary_no=1, group="breast", dx_day=-300),
        BrainLesion=[
            {"patient_id": ids[n], "lesion_id": f"{ids[n]}-L01", "first_seen_day": 0} for n in every
        ],
        LocalTherapyCourse=[
            {"patient_id": ids[n], "course_id": f"{ids[n]}-C01", "modality": "srs_gk",
             "start_day": 10, "end_day": 10}
            for n in every
        ],
        CourseLesion=[
            {"patient_id": ids[n], "course_id": f"{ids[n]}-C01", "lesion_id": f"{ids[n]}-L01",
             "v12_cm3": float(n)}
            for n in every
        ],
        AdverseRadiationEffect=[
            {"patient_id": ids[n], "are_id": f"{ids[n]}-A01", "lesion_id": f"{ids[n]}-L01",
             "onset_day": ONSET, "certainty": "probable", "symptomatic": "yes", "ctcae_grade": 2 + n % 2,
             "attributed_course_id": f"{ids[n]}-C01"}
            for n in every
        ],
        SupportiveCourse=[
            *rows(even, support_no=1, kind="bevacizumab_rn", start_day=BEVACIZUMAB),
            *rows([1], support_no=1, kind="dexamethasone", start_day=90, stop_day=120, dose_mg_day=8.0),
        ],
        Death=[{"patient_id": ids[n], "day": last[n], "cause": "systemic"} for n in even],
    )  # fmt: skip


def written(folder: Path, *changes: tuple[str, str]) -> CheckedStudy:
    """The study file with texts replaced, checked."""
    path = folder / "study.toml"
    path.write_text(changed(*changes), encoding="utf-8")
    return check_study(path)


@cache
def sources() -> tuple[SiteData, ...]:
    """The data of both sites."""
    return from_datasets({site: patients(site) for site in SITES})


def built(folder: Path, *changes: tuple[str, str]) -> Built:
    """The study, built without asking for signatures."""
    return build_study(written(folder, *changes), sources())


def register(folder: Path, checked: CheckedStudy, *signers: str) -> None:
    """Write the file of sites, and the signatures of some of them."""
    sites = {site: Site(site_id=site, key=public_half(key)) for site, key in KEYS.items()}
    (folder / FILE).write_text(sites_text(sites), encoding="utf-8")
    for site in signers:
        made = sign(
            study_id=checked.study.id,
            study_hash=checked.hash,
            site_id=site,
            signed_by="A. Person",
            at=NOW,
            key=KEYS[site],
        )
        write_signature(made, checked.path)
