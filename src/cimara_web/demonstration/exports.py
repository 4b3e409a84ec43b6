"""What sites of the study send: small REDCap exports of invented patients, with errors and without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.exports import write_exports
from cimara.cohort.synth.options import Scenario, SynthOptions

SEED = 1
PATIENTS_A_SITE = 12
"""On average; the sites differ."""


@dataclass(frozen=True, slots=True)
class SiteExport:
    """The export of one site as it was sent first, and after the site had put its errors right."""

    first: Path
    mended: Path


def site_code(number: int) -> str:
    """The name of a site in its data: DA01 for the first."""
    return f"D{chr(ord('A') + number - 1)}{number:02d}"


def write_site_exports(
    folder: Path, *, sites: int, patients_a_site: int = PATIENTS_A_SITE
) -> dict[str, SiteExport]:
    """Write the exports of so many sites into a new folder; by the code of the site."""
    options = SynthOptions(
        seed=SEED, scenario=Scenario.RN_TREATED, patients=patients_a_site * sites, sites=sites
    )
    made = write_exports(synth_consortium(options), folder, formats="redcap")
    return {one.site_id: SiteExport(_only(one.export), _only(one.mended)) for one in made}


def _only(folder: Path) -> Path:
    (file,) = (one for one in folder.iterdir() if one.is_file())
    return file
