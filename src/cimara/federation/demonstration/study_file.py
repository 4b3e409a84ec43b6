"""The study file of the demonstration, with its sites' keys and signatures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.keys import public_half
from cimara.cohort.study.signing import sign, write_signature
from cimara.federation.demonstration.rows import ARMS, PRIMARIES, UNTIL
from cimara.federation.tables.studies import TableStudy, read_table_study

STUDY = "demo-brain-metastases"
RESEARCHER = "demo-member-014"
COVARIATES = (
    '{ name = "age", centre = 60.0, scale = 10.0 }, { name = "kps", centre = 80.0, scale = 10.0 }, '
    f'{{ name = "arm", levels = ["{ARMS[0]}", "{ARMS[1]}"] }}'
)
SURVIVAL = 'time = "days"\nevent = "event"\npatient = "patient"'
COMPETING = (
    'time = "days"\nstatus = "status"\ncauses = { 1 = "progression", 2 = "death" }\ncause = "progression"\n'
    'patient = "patient"'
)
ANALYSES: Mapping[str, str] = {
    "A1": f'estimator = "table1"\npatient = "patient"\n'
    'covariates = [{ name = "age", centre = 60.0, scale = 10.0 }, '
    f'{{ name = "primary", levels = [{", ".join(f"{chr(34)}{one}{chr(34)}" for one in PRIMARIES)}] }}]\n'
    f'group = {{ name = "arm", levels = ["{ARMS[0]}", "{ARMS[1]}"] }}',
    "A2": f'estimator = "cox_strat"\n{SURVIVAL}\ncovariates = [{COVARIATES}]',
    "A3": f'estimator = "cox_shared"\n{SURVIVAL}\ncovariates = [{COVARIATES}]',
    "A4": f'estimator = "fine_gray"\n{COMPETING}\ncovariates = [{COVARIATES}]',
    "A5": f'estimator = "km"\n{SURVIVAL}\ngroup = {{ name = "arm", levels = ["{ARMS[0]}", "{ARMS[1]}"] }}',
    "A6": f'estimator = "site_panel"\n{SURVIVAL}\nsite = "site"\ncovariates = [{COVARIATES}]',
}
"""What the demonstration asks: table 1, both Cox models, Fine-Gray, Kaplan-Meier, leave-one-site-out."""


def study_text(
    sites: tuple[str, ...],
    coordinators: Mapping[str, str],
    analyses: Mapping[str, str],
    *,
    name: str = STUDY,
    grid: str = "weekly",
) -> str:
    """The text of the study file; `coordinators` are public keys by name."""
    named = ", ".join(f'"{one}"' for one in sites)
    keys = "\n".join(f'{who} = "{key}"' for who, key in coordinators.items())
    asked = "\n\n".join(f'[[analysis]]\nid = "{one}"\n{told}' for one, told in analyses.items())
    return (
        f'[study]\nid = "{name}"\ntitle = "Demonstration on invented patients"\n\n'
        f'[federation]\ngrid = "{grid}"\nuntil = {UNTIL + 7}\nsites = [{named}]\n\n'
        f"[federation.coordinators]\n{keys}\n\n{asked}\n"
    )


def write_study(
    folder: Path,
    sites: Mapping[str, Ed25519PrivateKey],
    coordinators: Mapping[str, Ed25519PrivateKey],
    analyses: Mapping[str, str],
    at: datetime,
    *,
    study: str = STUDY,
    grid: str = "weekly",
) -> TableStudy:
    """Write a study of that id and grid into a folder, signed by all its sites."""
    folder.mkdir(parents=True)
    path = folder / "study.toml"
    public = {name: public_half(key).text for name, key in coordinators.items()}
    text = study_text(tuple(sites), public, analyses, name=study, grid=grid)
    path.write_text(text, encoding="utf-8")
    registered = "\n".join(
        f'[sites.{name}]\nname = "Demo Institution {place:02d}"\nkey = "{public_half(key).text}"\n'
        for place, (name, key) in enumerate(sites.items(), start=1)
    )
    (folder / "sites.toml").write_text(registered, encoding="utf-8")
    made = read_table_study(path)
    for name, key in sites.items():
        signature = sign(
            study_id=made.id, study_hash=made.hash, site_id=name, signed_by="Demo Member 014", at=at, key=key
        )
        write_signature(signature, path)
    return read_table_study(path)
