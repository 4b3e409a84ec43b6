"""An invented study of three sites: its file with keys and signatures, tables, and bare kits."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.keys import new_key, write_key
from cimara.federation.demonstration.rows import site_rows
from cimara.federation.demonstration.study_file import RESEARCHER, STUDY, write_study
from cimara.federation.site.policy import FILE, policy_text

SITES = ("NL01", "UT02", "DE03")
COX = (
    'estimator = "cox_strat"\ntime = "days"\nevent = "event"\npatient = "patient"\n'
    'covariates = [{ name = "age", centre = 60.0, scale = 10.0 }, '
    '{ name = "arm", levels = ["radiosurgery", "surgery"] }]'
)
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Demo:
    """The study's folder, the tables, and the keys."""

    folder: Path
    keys: dict[str, Ed25519PrivateKey]

    @property
    def study(self) -> Path:
        """The study file."""
        return self.folder / "study" / "study.toml"

    @property
    def tables(self) -> Path:
        """A table for each site."""
        return self.folder / "tables"

    def kit(self, kind: str, name: str = "") -> Path:
        """A kit without NVFlare's files, but for what says whose it is."""
        kit = self.folder / "kits" / (name or kind)
        house = kit / "house"
        (house / "studies").mkdir(parents=True)
        shutil.copytree(self.study.parent, house / "studies" / STUDY)
        (kit / "startup").mkdir()
        if kind == "site":
            told = {"client": {"fqsn": name}}
            (kit / "startup" / "fed_client.json").write_text(json.dumps(told))
            shutil.copy(self.tables / f"{name}.csv", house / "rows.csv")
        write_key(self.keys[name or RESEARCHER], house / f"{kind}_key.pem")
        return kit

    def policy(self, kit: Path, study_hash: str, **changed: str) -> None:
        """Write the site's policy."""
        text = policy_text(data="rows.csv", allowed=[study_hash], **changed)  # type: ignore[arg-type]
        (kit / "house" / FILE).write_text(text)


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """The study and its tables in a folder of the test."""
    keys = {name: new_key() for name in (*SITES, "coordinator", RESEARCHER)}
    centre = {name: keys[name] for name in ("coordinator", RESEARCHER)}
    write_study(tmp_path / "study", {name: keys[name] for name in SITES}, centre, {"A1": COX}, AT)
    (tmp_path / "tables").mkdir()
    for name in SITES:
        site_rows(name).write_csv(tmp_path / "tables" / f"{name}.csv")
    return Demo(tmp_path, keys)
