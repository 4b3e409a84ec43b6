"""A zip within its limits is read as a folder; any other is refused, and nothing lands outside its place."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cimara_web.studies.submissions import unpacking
from cimara_web.studies.submissions.limits import FileRefusedError
from cimara_web.studies.submissions.unpacking import laid_out, safe_name

QUIET = hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
NAMES = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=40)
Fill = Callable[[zipfile.ZipFile], object]


def packed(folder: Path, fill: Fill) -> Path:
    """A zip that a function filled."""
    target = folder / "kept"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive)
    return target


def opened(folder: Path, kept: Path) -> Path:
    place = folder / "place"
    place.mkdir()
    return laid_out(kept, "export.zip", place)


def test_tables_of_one_folder_lie_side_by_side(tmp_path: Path) -> None:
    def fill(archive: zipfile.ZipFile) -> None:
        archive.writestr("export/patient.csv", "patient_id\n")
        archive.writestr("export/death.csv", "patient_id\n")
        archive.writestr("__MACOSX/export/._patient.csv", "x")
        archive.writestr("export/.DS_Store", "x")

    place = opened(tmp_path, packed(tmp_path, fill))
    assert sorted(one.name for one in place.iterdir()) == ["death.csv", "patient.csv"]


def _link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("patient.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(info, "/etc/passwd")


REFUSED: dict[str, tuple[Fill, str]] = {
    "a path that leads out": (lambda a: a.writestr("../patient.csv", "x"), "leads out"),
    "an absolute path": (lambda a: a.writestr("/outside/patient.csv", "x"), "leads out"),
    "a path of Windows": (lambda a: a.writestr("C:\\patient.csv", "x"), "leads out"),
    "a link": (_link, "link"),
    "nothing": (lambda a: None, "empty"),
    "a picture": (lambda a: a.writestr("scan.dcm", "x"), "no table"),
    "a zip in it": (lambda a: a.writestr("more.zip", "x"), "no table"),
    "several folders": (lambda a: [a.writestr(f"{n}/patient.csv", "x") for n in "ab"], "folders"),
    "the same name twice": (
        lambda a: (a.writestr("p%.csv", "x"), a.writestr("p&.csv", "x")),
        "same name",
    ),
    "too many files": (lambda a: [a.writestr(f"t{n}.csv", "x") for n in range(201)], "more than 200"),
    "a bomb": (lambda a: a.writestr("patient.csv", b"0" * (50 << 20)), "100 times"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_zip_is_refused_for(tmp_path: Path, what: str) -> None:
    fill, words = REFUSED[what]
    with pytest.raises(FileRefusedError, match=words):
        opened(tmp_path, packed(tmp_path, fill))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kept", "place"]


def test_more_than_four_gigabytes_are_refused_by_their_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 1000)
    with pytest.raises(FileRefusedError, match="4 GB"):
        opened(tmp_path, packed(tmp_path, lambda a: a.writestr("patient.csv", bytes(range(256)) * 4)))


def test_a_header_that_tells_too_small_a_size_is_not_believed(tmp_path: Path) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("patient.csv", b"0" * (50 << 20))
    size = (50 << 20).to_bytes(4, "little")
    (tmp_path / "kept").write_bytes(raw.getvalue().replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(FileRefusedError):
        opened(tmp_path, tmp_path / "kept")


@QUIET
@given(
    names=st.lists(NAMES, min_size=1, max_size=5, unique=True),
    data=st.binary(max_size=200),
)
def test_whatever_names_a_zip_has_nothing_lands_outside(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: bytes
) -> None:
    base = tmp_path_factory.mktemp("zip")

    def fill(archive: zipfile.ZipFile) -> None:
        for name in names:
            archive.writestr(f"{name.encode('utf-8', 'replace').decode()}.csv", data)

    try:
        place = opened(base, packed(base, fill))
    except (FileRefusedError, UserWarning):
        place = base / "place"
    assert {one.name for one in base.iterdir()} == {"kept", "place"}
    assert all(one.is_file() and one.parent == place for one in place.iterdir())


@QUIET
@given(data=st.binary(max_size=400))
def test_whatever_bytes_a_zip_has_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    base = tmp_path_factory.mktemp("zip")
    whole = packed(base, lambda a: a.writestr("patient.csv", "patient_id\nDA01-P0001\n")).read_bytes()
    half = len(data) % len(whole)
    (base / "kept").write_bytes(whole[:half] + data + whole[half:])
    with contextlib.suppress(FileRefusedError):
        opened(base, base / "kept")
    assert {one.name for one in base.iterdir()} == {"kept", "place"}


@QUIET
@given(name=st.text(max_size=200))
def test_a_safe_name_is_one_part_of_plain_letters(name: str) -> None:
    safe = safe_name(f"{name}.csv")
    assert safe not in ("", ".", "..")
    assert all(one.isascii() and (one.isalnum() or one in "_-. ") for one in safe)
    assert len(safe) < 100
