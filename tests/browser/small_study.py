"""A study of two invented sites: its file, what its sites send, and what `cimara study` makes of it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from cimara.cohort.study.duo import DataUse, DuoTerm
from cimara.cohort.study.keys import new_key, public_half
from cimara.cohort.study.signing import sign, write_signature
from cimara.cohort.study.sites import FILE, Site, sites_text
from cimara.studies.check import check_study
from cimara.studies.demonstration.whole_way import DATA, FILES
from cimara_web.demonstration.exports import SiteExport, write_site_exports
from tests.browser.conftest import COMMAND

SITES = ("DA01", "DB02")
TERMS = DataUse(terms=(DuoTerm.HEALTH_MEDICAL, DuoTerm.PUBLICATION))
STUDY_ID = "demo-rn-bev"
COMMAND_SECONDS = 240


@dataclass(frozen=True)
class SmallStudy:
    """Where its parts lie."""

    folder: Path
    exports: dict[str, SiteExport]

    @property
    def file(self) -> Path:
        """The study file, signed by its sites."""
        return self.folder / "study" / FILES[0]

    def dictionary(self, study_id: str) -> Path:
        """The study file and its definition as one zip, as the portal takes them, under this id."""
        target = self.folder / f"{study_id}.zip"
        with zipfile.ZipFile(target, "w") as packed:
            for name in FILES:
                text = (self.file.parent / name).read_text(encoding="utf-8")
                packed.writestr(name, text.replace(f'id = "{STUDY_ID}"', f'id = "{study_id}"'))
        return target

    def paper(self, name: str) -> Path:
        """A short text, for whatever paper is asked for."""
        path = self.folder / f"{name}.txt"
        path.write_text(f"{name}: invented for a test.\n")
        return path

    def analysed(self, store: Path) -> Path:
        """The result bundle, by the commands that a statistician types."""
        out, bundle = self.folder / "out", self.folder / "results.zip"
        _command("study", "run", str(self.file), "--store", str(store), "--out", str(out))
        _command("study", "bundle", str(out), "--to", str(bundle), "--study", str(self.file))
        return bundle


def small_study(folder: Path) -> SmallStudy:
    """Make it in an empty folder."""
    made = SmallStudy(folder, write_site_exports(folder / "exports", sites=len(SITES)))
    made.file.parent.mkdir()
    packaged = resources.files("cimara.studies.demonstration").joinpath(DATA)
    for name in FILES:
        text = packaged.joinpath(name).read_text(encoding="utf-8")
        (made.file.parent / name).write_text(text.replace("sites_min = 3", "sites_min = 2"), encoding="utf-8")
    _sign(made)
    return made


def _sign(made: SmallStudy) -> None:
    checked, keys = check_study(made.file), {site: new_key() for site in SITES}
    known = {
        site: Site(site_id=site, name=site, key=public_half(key), data_use=TERMS)
        for site, key in keys.items()
    }
    (made.file.parent / FILE).write_text(sites_text(known), encoding="utf-8")
    for site, key in keys.items():
        signed = sign(
            study_id=checked.study.id,
            study_hash=checked.hash,
            site_id=site,
            signed_by="Invented Investigator",
            at=dt.datetime.now(dt.UTC),
            key=key,
        )
        write_signature(signed, checked.path)


def _command(*words: str) -> None:
    """Run a command; 1 means that some analyses could not be estimated from so few patients."""
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-c", COMMAND, *words],
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
