"""What is typed or uploaded is in no row, no session, no log, no address, no file and no cache."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.one_table import demo_csv
from tests.unit.response.worksheet.test_lm_sheet import COMPLETE
from tests.web.conftest import Visitor

CANARY = "Zoltanperson"
GRID = {
    **demo_sheet().fields(),
    "patient": CANARY,
    "lesions.0.name": f"{CANARY} L",
    "visits.1.label": f"{CANARY} V",
}
BAD = {**GRID, "lesions.0.cells.0": CANARY, "start": CANARY, "criterion": CANARY, "do": CANARY}
TABLE = demo_csv().replace("DEMO", CANARY)


def everything_sent(visitor: Visitor) -> list[Any]:
    """Each form once with good and once with bad input."""
    grid, lm, upload = "/response/workbench/", "/response/rano-lm/", "/response/upload/"
    raw = (TABLE.encode(), TABLE.replace("22.0", CANARY).encode(), CANARY.encode(), f"PK{CANARY}".encode())
    return [
        *(visitor.post(grid, **GRID, do=do) for do in ("work", "compare", "csv", "zip", "add-visit")),
        visitor.post(grid, **BAD),
        *(visitor.post(lm, **{**COMPLETE, "patient": CANARY}, do=do) for do in ("check", "final", "csv")),
        visitor.post(lm, **dict.fromkeys(COMPLETE, CANARY), do="final"),
        *(
            visitor.post(upload, file=SimpleUploadedFile(f"{CANARY}.csv", one), do=do)
            for one in raw
            for do in ("", "csv")
        ),
    ]


def rows() -> str:
    """Every row of every table of ours and of the sessions."""
    return repr([list(model._default_manager.values()) for model in apps.get_models()])


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_no_place_holds_what_was_sent(
    db: None, prefix: str, capsys: Any, caplog: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = rows()
    visitor = Visitor(prefix)
    responses = everything_sent(visitor)
    written = capsys.readouterr()
    assert all(one.status_code == 200 for one in responses)
    assert rows() == before
    for place in (written.out, written.err, caplog.text, repr(visitor.client.cookies)):
        assert CANARY not in place
    assert list(tmp_path.iterdir()) == []


def test_only_the_cookie_that_keeps_forms_safe_is_set_and_no_browser_keeps_a_page(visitor: Visitor) -> None:
    for response in everything_sent(visitor):
        assert response["Cache-Control"] == "no-store"
        assert CANARY not in repr(response.headers)
    assert set(visitor.client.cookies) == {"__Host-csrf"}


def test_a_large_part_never_touches_the_disk(visitor: Visitor, monkeypatch: Any, tmp_path: Path) -> None:
    made: list[object] = []
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda *one, **more: made.append(one))
    lines = TABLE.splitlines()
    large = "\n".join([lines[0], *lines[1:] * 1500]).encode()
    assert len(large) > 2_500_000
    visitor.post("/response/upload/", file=SimpleUploadedFile("x.csv", large))
    assert made == []
