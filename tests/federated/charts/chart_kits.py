"""Three invented hospitals with the demonstration study: kits without NVFlare's files, each with its data."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cimara.cohort.study.keys import read_key
from cimara.cohort.study.signing import sign, write_signature
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.federation.site.policy import FILE, policy_text
from cimara.studies.check import CheckedStudy, check_study
from cimara.studies.demonstration.whole_way import COORDINATOR, write_study
from cimara.studies.run import build_signed
from cimara.studies.sources import SiteData, from_datasets

NOW = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
STUDY = "demo-rn-bev"
DATA = "data"


@cache
def submissions() -> tuple[SiteData, ...]:
    """What the three hospitals hold: 450 invented patients."""
    options = SynthOptions(seed=3, scenario=Scenario.RN_TREATED, patients=450, sites=3)
    return from_datasets(synth_consortium(options).datasets)


@dataclass(frozen=True)
class ChartKits:
    """The signed study, and a kit for the researcher and each site."""

    folder: Path
    checked: CheckedStudy

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites."""
        return tuple(one.site_id for one in submissions())

    @property
    def researcher(self) -> Path:
        """The coordinating centre's kit."""
        return self.folder / "kits" / "researcher"

    def site(self, name: str) -> Path:
        """The kit of a site."""
        return self.folder / "kits" / name

    def data(self, site: str) -> Path:
        """The data folder of a site, in its kit."""
        return self.site(site) / "house" / DATA

    def provenance(self, site: str, **changed: object) -> None:
        """Change what a data folder says of itself."""
        path = self.data(site) / "provenance.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))


def signed_study(folder: Path) -> CheckedStudy:
    """The packaged demonstration study with its sites named, signed by all; their keys lie beside it."""
    names = [one.site_id for one in submissions()]
    path = write_study(folder, names, seed=1, now=lambda: NOW).path
    listed = ", ".join(f'"{one}"' for one in names)
    path.write_text(f"{path.read_text()}\n[sites]\nmembers = [{listed}]\n", encoding="utf-8")
    checked = check_study(path)
    for name in names:
        made = sign(
            study_id=checked.study.id, study_hash=checked.hash, site_id=name, signed_by="Demo Member 014",
            at=NOW, key=read_key(folder / "keys" / f"{name}.pem"),
        )  # fmt: skip
        write_signature(made, path)
    return checked


def chart_kits(folder: Path) -> ChartKits:
    """Sign the study, and fill the kits as their people would."""
    names = [one.site_id for one in submissions()]
    checked = signed_study(folder / "study")
    kits = ChartKits(folder, checked)
    keys = folder / "study" / "keys"
    for kit in (kits.researcher, *(kits.site(name) for name in names)):
        house = kit / "house"
        (kit / "startup").mkdir(parents=True)
        shutil.copytree(folder / "study", house / "studies" / STUDY, ignore=shutil.ignore_patterns("keys"))
    shutil.copy(keys / f"{COORDINATOR}.pem", kits.researcher / "house" / "researcher_key.pem")
    for source in submissions():
        fill_site(kits.site(source.site_id), checked, source, keys / f"{source.site_id}.pem")
        told = {"client": {"fqsn": source.site_id}, "servers": [{"service": {"target": "localhost:1"}}]}
        (kits.site(source.site_id) / "startup" / "fed_client.json").write_text(json.dumps(told))
    return kits


def fill_site(kit: Path, checked: CheckedStudy, source: SiteData, key: Path) -> None:
    """Give a site's kit its key, its policy, and the data folder that it builds of its own submission."""
    house = kit / "house"
    shutil.copy(key, house / "site_key.pem")
    build_signed(checked, [source], today=NOW.date(), at_site=True).write(house / DATA)
    text = policy_text(data=DATA, allowed=[checked.hash], allow_plain=True, steward="Demo Member 014")
    (house / FILE).write_text(text, encoding="utf-8")
