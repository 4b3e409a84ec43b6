"""`cimara web tick` checks what waits; the operator's scanner has the first word."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cimara_web import clock
from cimara_web.studies.actions.submitting import receive, validate
from cimara_web.studies.kept_bytes import path_of
from cimara_web.studies.models import Submission
from cimara_web.studies.submissions.reports import shown_report
from cimara_web.studies.submissions.rounds import check_waiting
from tests.web.people import NOW, signed_in
from tests.web.studies.data.conftest import Exports, Place, kept, upload

LATER = NOW + timedelta(minutes=5)


def received(place: Place, path: Path, at: Any = NOW) -> Submission:
    return receive(
        by=place.holder("coordinator"), site=place.site, kept=kept(path), file_name=path.name, now=at
    )


def scanner(folder: Path, code: int) -> tuple[str, ...]:
    """A scanner that always says the same."""
    (folder / "scan.py").write_text(f"import sys\nopen(sys.argv[1]).close()\nsys.exit({code})\n")
    return (sys.executable, str(folder / "scan.py"))


def test_what_waits_is_checked(place: Place, exports: Exports) -> None:
    one = received(place, exports.mended)
    assert check_waiting(now=LATER)["submissions_checked"] == 1
    one.refresh_from_db()
    assert one.state == "valid"
    assert check_waiting(now=LATER)["submissions_checked"] == 0


def test_what_came_just_now_is_left_to_its_request(place: Place, exports: Exports) -> None:
    received(place, exports.mended)
    assert check_waiting(now=NOW + timedelta(seconds=30))["submissions_checked"] == 0


def test_tick_does_it(place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    received(place, exports.mended)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    call_command("tick")
    assert Submission.objects.get().state == "valid"


def test_a_large_file_waits_for_the_next_round(
    place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cimara_web.studies.data_views.uploading.SMALL", 100)
    upload(signed_in(place.coordinator), place, exports.mended)
    assert Submission.objects.get().state == "received"


def test_a_file_that_breaks_the_check_is_put_aside_and_the_others_go_on(
    place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cimara_web.studies.actions.submitting.check", breaks)
    one = validate(submission=received(place, exports.mended), now=LATER)
    assert one.state == "unreadable"
    assert shown_report(one.report).problem == "The file could not be checked."


def test_a_disk_that_fails_leaves_it_waiting(
    place: Place, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cimara_web.studies.actions.submitting.keep_report", full)
    one = received(place, exports.mended)
    assert check_waiting(now=LATER)["submissions_failed"] == 1
    one.refresh_from_db()
    assert one.state == "received"


def test_a_clean_file_goes_on_to_the_check(
    place: Place, exports: Exports, settings: Any, tmp_path: Path
) -> None:
    settings.SCAN_COMMAND = scanner(tmp_path, 0)
    assert validate(submission=received(place, exports.mended), now=NOW).state == "valid"


def test_a_file_in_which_the_scanner_found_something_is_removed(
    place: Place, exports: Exports, settings: Any, tmp_path: Path
) -> None:
    settings.SCAN_COMMAND = scanner(tmp_path, 1)
    one = validate(submission=received(place, exports.mended), now=NOW)
    assert one.state == "unreadable"
    assert not path_of(one.sha256).exists()
    assert "virus scanner" in shown_report(one.report).problem


@pytest.mark.parametrize("code", [2, 127])
def test_a_scanner_that_fails_leaves_the_file_waiting(
    place: Place, exports: Exports, settings: Any, tmp_path: Path, code: int
) -> None:
    settings.SCAN_COMMAND = scanner(tmp_path, code)
    assert validate(submission=received(place, exports.mended), now=NOW).state == "received"


def test_a_scanner_that_is_gone_leaves_the_file_waiting(
    place: Place, exports: Exports, settings: Any
) -> None:
    settings.SCAN_COMMAND = ("/no/such/scanner",)
    assert validate(submission=received(place, exports.mended), now=NOW).state == "received"


def test_bytes_that_a_killed_process_should_have_removed_are_removed(place: Place, exports: Exports) -> None:
    one = received(place, exports.mended)
    from cimara_web.writes import action

    @action
    def mark() -> None:
        one.has_identifiers, one.state = True, "needs correction"
        one.save()

    mark()
    check_waiting(now=LATER)
    one.refresh_from_db()
    assert one.bytes_removed_at == LATER
    assert not path_of(one.sha256).exists()
