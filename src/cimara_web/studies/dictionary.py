"""A study's dictionary: its study file, read from the study store, with its hash and the fields it needs."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from cimara.cohort.study.disclosure import Disclosure
from cimara.cohort.study.errors import StudyError
from cimara.federation.tables.studies import TableStudyReader, read_table_study
from cimara.studies.check import check_study
from cimara.studies.needed import needed_names
from cimara_web.studies.kept_bytes import path_of

STUDY_FILE = "study.toml"
MOST_FILES = 20
MOST_BYTES = 1 << 20
"""Of one file inside a zip; a study file has some kilobytes."""


class DictionaryError(ValueError):
    """A study file can't be used; `faults` are sentences, each with its line where it is known."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__(" ".join(faults))


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What the portal keeps of a study file: its id, the hash that sites sign, and the fields it needs.

    Fields are `Entity.field`; of a study over flat tables, columns.
    """

    id: str
    hash: str
    needed_fields: tuple[str, ...]


def read_dictionary(sha256: str, *, file_name: str) -> Dictionary:
    """The dictionary in a kept file: a study file, or a zip of one with its own endpoint definitions.

    A study over flat tables comes as a zip with its `sites.toml`, which holds the sites' keys.

    Raises
    ------
    DictionaryError
        All that is wrong with it.
    """
    with tempfile.TemporaryDirectory(prefix="cimara-dictionary-") as name:
        folder = Path(name)
        if file_name.lower().endswith(".zip"):
            _unpack(path_of(sha256), folder)
        else:
            shutil.copyfile(path_of(sha256), folder / STUDY_FILE)
        try:
            return _read(folder / STUDY_FILE)
        except StudyError as error:
            raise DictionaryError(*(str(one) for one in error.faults)) from error
        except (UnicodeDecodeError, RecursionError) as error:
            raise DictionaryError("The study file is not a text in UTF-8 that can be read.") from error


def is_of_tables(text: str) -> bool:
    """Whether a study file is over one flat table a site: federated, and without a cohort of charts."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return "federation" in found and "cohort" not in found


def table_limits(text: str) -> Disclosure:
    """The limits of disclosure of a study over flat tables. Raises StudyError for one that can't be used."""
    reader = TableStudyReader({})
    made = reader.study(tomllib.loads(text), {})
    if reader.faults:
        raise StudyError(reader.faults, STUDY_FILE)
    return made.disclosure


def _read(path: Path) -> Dictionary:
    if is_of_tables(path.read_text(encoding="utf-8")):
        of_tables = read_table_study(path)
        columns = {column for one in of_tables.analyses.values() for column in one.asked.columns}
        return Dictionary(of_tables.id[:60], of_tables.hash, tuple(sorted(columns)))
    checked = check_study(path)
    return Dictionary(checked.study.id[:60], checked.hash, needed_names(checked))


def _unpack(path: Path, folder: Path) -> None:
    """Write the .toml files of a zip side by side; anything else in it is refused."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = [one for one in packed.infolist() if not one.is_dir()]
            _check_members(members)
            for one in members:
                (folder / one.filename).write_bytes(packed.read(one))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise DictionaryError("The zip can't be unpacked.") from error


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_FILES or any(one.file_size > MOST_BYTES for one in members):
        raise DictionaryError(f"The zip holds at most {MOST_FILES} files of 1 MB each.")
    if any(PurePosixPath(one.filename).name != one.filename or "\\" in one.filename for one in members):
        raise DictionaryError("The zip holds its files side by side, without folders.")
    if any(not one.filename.lower().endswith(".toml") for one in members):
        raise DictionaryError("The zip holds .toml files only: the study file and its endpoint definitions.")
    if STUDY_FILE not in {one.filename for one in members}:
        raise DictionaryError(f"The zip holds no {STUDY_FILE}.")
