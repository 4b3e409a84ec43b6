"""Result bundles in the study store: held against the study's limits by the library, served file by file."""

from __future__ import annotations

import json
import logging
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from cimara.cohort.study.disclosure import Disclosure
from cimara.cohort.study.errors import StudyError
from cimara.cohort.study.reading import study_from_text
from cimara.studies.bundle import MANIFEST, PAGE, Bundle, BundleError, bundle_file, read_bundle
from cimara_web.logs import event
from cimara_web.studies.dictionary import is_of_tables, table_limits
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.kept_bytes import opened
from cimara_web.studies.models import Report, Study, StudyDocument
from cimara_web.studies.models.paper import DocumentKind, DocumentState

log = logging.getLogger(__name__)
MOST = 256 << 20
STUDY_FILE = "study.toml"
MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a report: its name, what it is addressed by, and what kind it is."""

    name: str
    sha256: str
    size: int
    media_type: str

    @property
    def stem(self) -> str:
        """Its name without folder and ending."""
        return PurePosixPath(self.name).stem

    @property
    def is_figure(self) -> bool:
        """Whether it is a picture."""
        return self.media_type.startswith("image/")


def checked_bundle(sha256: str, study: Study) -> Bundle:
    """A kept bundle that may be held.

    Raises
    ------
    FieldError
        What is wrong with it: names of files, rows and columns, never a number.
    """
    try:
        with opened(sha256) as file:
            return read_bundle(file, limits=limits_of(study))
    except BundleError as error:
        told = [str(one) for one in error.small[:MOST_TOLD]]
        more = len(error.small) - len(told)
        listed = "; ".join(told) + (f"; and {more} more" if more > 0 else "")
        raise FieldError("bundle", f"{error!s}{': ' if listed else ''}{listed}") from error


def limits_of(study: Study) -> Disclosure:
    """The limits of disclosure: the platform's, which the study file may raise and never lower.

    Raises
    ------
    FieldError
        When the current study file can't be read, so that its limits aren't known.
    """
    current = StudyDocument.objects.filter(
        study=study, kind=DocumentKind.DICTIONARY, state=DocumentState.CURRENT
    ).first()
    if current is None:
        return Disclosure()
    try:
        text = _study_text(current)
        return table_limits(text) if is_of_tables(text) else study_from_text(text).disclosure
    except (StudyError, OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise FieldError("bundle", "The study file can't be read, so its limits aren't known.") from error


def files_of(report: Report) -> list[ShownFile]:
    """The files of a report by name."""
    return [
        ShownFile(name, one["sha256"], one["size"], one["media_type"])
        for name, one in sorted(report.files.items())
    ]


def content(report: Report, name: str) -> bytes | None:
    """One file of a report; None where the store lost it."""
    try:
        with opened(report.sha256) as file:
            return bundle_file(file, name)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        event(log, "store.damaged", level=logging.ERROR, sha256=report.sha256, error=type(error).__name__)
        return None


def made_of(report: Report) -> dict[str, object]:
    """What the bundle says it was made of: hashes of plan, data and code."""
    manifest = content(report, MANIFEST)
    return dict(json.loads(manifest)["made_of"]) if manifest else {}


def has_page(report: Report) -> bool:
    """Whether it has a page for people."""
    return PAGE in report.files


def _study_text(document: StudyDocument) -> str:
    with opened(document.sha256) as file:
        if document.file_name.lower().endswith(".zip"):
            with zipfile.ZipFile(file) as packed:
                return packed.read(STUDY_FILE).decode()
        return file.read().decode()
