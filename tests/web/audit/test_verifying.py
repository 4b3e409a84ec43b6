"""The walk along the chain names the first event that is not as it was written."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from cimara_web.audit.actions.recording import record
from cimara_web.audit.chain import GENESIS, next_hash, sealed_text
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent, ChainHead
from cimara_web.audit.verifying import Broken, Head, HeadFileError, current_head, head_in, verify
from cimara_web.permissions.holder import Holder
from cimara_web.writes import action
from tests.web.audit.trail import SOMEBODY, SUBMISSION, events, sql, tampering
from tests.web.people import NOW

VECTOR = "23041c6e2691162f020e9ff90ea5fb5b10679d4a1ba0b4cbcb4f43e10b340786"


def test_the_first_event_of_the_specification_has_its_hash() -> None:
    text = sealed_text(
        seq=1,
        at=datetime(2025, 1, 1, tzinfo=UTC),
        event="submission.accepted",
        actor=UUID("0b7c1f62-6f0e-4a55-9a53-3c1a3b1f0e01"),
        about_type="study_submission",
        about_id=UUID("7c2f0a9e-0d3b-4f43-8a6e-5b1f7a0c2d11"),
        context={"study": "bev-rn", "rows": 1700},
    )
    assert next_hash(GENESIS, text) == VECTOR


@pytest.mark.django_db
def test_an_untouched_chain_holds_to_its_head() -> None:
    events(5)
    found = verify([Head(3, AuditEvent.objects.get(seq=3).hash)])
    assert found.holds
    assert found.head == current_head()
    assert found.head.seq == 5


@pytest.mark.django_db
def test_an_empty_chain_holds() -> None:
    assert verify().head == Head(0, GENESIS)
    assert verify().holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("event", "submission.received"),
        ("at", datetime(2026, 11, 20, 12, 0, 0, 1, tzinfo=UTC)),
        ("actor", None),
        ("acting_role", "office"),
        ("about_type", "study"),
        ("about_id", UUID(int=7)),
        ("study", UUID(int=7)),
        ("request_id", UUID(int=7)),
        ("context", {"rows": 30}),
    ],
)
def test_one_changed_value_is_named_by_its_event(column: str, value: object) -> None:
    events(5)
    with tampering():
        change(3, **{column: value})
    assert verify().broken == Broken(3, "what it says was changed")


@pytest.mark.django_db
def test_a_change_with_a_new_hash_shows_at_the_next_event() -> None:
    events(5)
    with tampering():
        row = AuditEvent.objects.get(seq=3)
        change(3, hash=next_hash(row.prev_hash, "another story"))
    assert verify().broken == Broken(3, "what it says was changed")
    with tampering():
        rewritten(3)
    assert verify().broken == Broken(4, "it does not follow the event before it")


@pytest.mark.django_db
@pytest.mark.parametrize("seq", [1, 3])
def test_a_removed_event_is_named(seq: int) -> None:
    events(5)
    with tampering():
        sql("DELETE FROM audit_auditevent WHERE seq = %s", seq)
    assert verify().broken == Broken(seq, "it is missing")


@pytest.mark.django_db
def test_two_events_that_changed_places_are_named_at_the_first() -> None:
    events(5)
    with tampering():
        for old, new in ((2, 99), (4, 2), (99, 4)):
            sql("UPDATE audit_auditevent SET seq = %s WHERE seq = %s", new, old)
    assert verify().broken == Broken(2, "it does not follow the event before it")


@pytest.mark.django_db
def test_a_cut_tail_shows_by_the_portals_own_head() -> None:
    events(5)
    with tampering():
        sql("DELETE FROM audit_auditevent WHERE seq > 3")
    assert verify().broken == Broken(4, "it is missing, with all after it")


@pytest.mark.django_db
def test_a_tail_that_was_cut_with_its_head_shows_by_a_head_kept_elsewhere() -> None:
    events(5)
    known = current_head()
    with tampering():
        sql("DELETE FROM audit_auditevent WHERE seq > 3")
        sql("UPDATE audit_chainhead SET seq = 3, hash = %s", AuditEvent.objects.get(seq=3).hash)
    assert verify().holds
    assert verify([known]).broken == Broken(4, "it is missing, with all after it")


@pytest.mark.django_db
def test_a_chain_that_was_written_anew_shows_by_a_head_kept_elsewhere() -> None:
    events(5)
    known = current_head()
    with tampering():
        for seq in range(2, 6):
            rewritten(seq, event="submission.read")
        sql("UPDATE audit_chainhead SET hash = %s", AuditEvent.objects.get(seq=5).hash)
    assert verify().holds
    assert verify([known]).broken == Broken(5, "it is another event than the head that was known")


@pytest.mark.django_db
def test_a_head_that_was_set_back_is_named() -> None:
    events(5)
    sql("UPDATE audit_chainhead SET seq = 3, hash = %s", AuditEvent.objects.get(seq=3).hash)
    assert verify().broken == Broken(5, "the portal keeps an older head of the chain")


@pytest.mark.django_db
def test_events_added_during_the_walk_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from cimara_web.audit import verifying

    events(3)
    real = verifying.current_head
    asked: list[int] = []

    def head() -> Head:
        asked.append(1)
        if len(asked) == 2:
            events(1)
        return real()

    monkeypatch.setattr(verifying, "current_head", head)
    assert verify().holds
    assert len(asked) == 2


@pytest.mark.django_db
def test_the_walk_holds_few_events_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from cimara_web.audit import verifying

    events(600)
    monkeypatch.setattr(verifying, "CHUNK", 20)
    verify()
    tracemalloc.start()
    verify()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300_000  # 600 events at once are above 1 MB


@pytest.mark.django_db
def test_what_is_told_reads_back_as_it_was_sealed() -> None:
    record(
        Event.SUBMISSION_VALIDATED,
        by=Holder(None),
        about=SUBMISSION,
        now=NOW,
        context={"rules": {10: 1, 9: 2, "dosé": 3}, "from": "received", "errors": 10**18},
    )
    assert verify().holds


@pytest.mark.django_db
def test_a_fraction_is_not_told() -> None:
    with pytest.raises(ValueError, match=r"whole numbers, not 0\.5"):
        record(Event.SUBMISSION_MOVED, by=SOMEBODY, about=SUBMISSION, now=NOW, context={"rows": 0.5})


@pytest.mark.django_db
class TestCommand:
    def test_it_prints_the_head_of_a_chain_that_holds(self, capsys: pytest.CaptureFixture[str]) -> None:
        events(2)
        call_command("verify_audit")
        assert capsys.readouterr().out == (f"2 events, each as it was written; head {current_head().hash}\n")

    def test_it_ends_with_1_and_the_number_of_the_first_broken_event(self) -> None:
        events(3)
        with tampering():
            change(2, acting_role="office")
        with pytest.raises(CommandError, match="breaks at event 2: what it says was changed") as caught:
            call_command("verify_audit")
        assert caught.value.returncode == 1

    def test_it_compares_with_heads_kept_in_files(self, tmp_path: Path) -> None:
        events(3)
        head = tmp_path / "head.json"
        head.write_text(json.dumps({"seq": 9, "hash": "a" * 64}))
        with pytest.raises(CommandError, match="breaks at event 4: it is missing, with all after it"):
            call_command("verify_audit", heads=[str(head)])

    def test_a_file_without_a_head_is_bad_input(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="holds no head") as caught:
            call_command("verify_audit", heads=[str(tmp_path / "none.json")])
        assert caught.value.returncode == 2


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"seq": -1, "hash": "0"}', '{"seq": true, "hash": "%s"}' % ("0" * 64), '"seq"'],
)
def test_a_head_is_a_number_and_64_digits(text: str, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    file.write_text(text)
    with pytest.raises(HeadFileError, match="it would read"):
        head_in(file)


@action
def change(seq: int, **values: object) -> None:
    """Change an event as only an owner of the database could."""
    AuditEvent.objects.filter(seq=seq).update(**values)


@action
def rewritten(seq: int, **values: str) -> None:
    """Write an event anew with a seal that fits the one before it."""
    from cimara_web.audit.actions.recording import text_of

    row = AuditEvent.objects.get(seq=seq)
    before = AuditEvent.objects.filter(seq=seq - 1).first()
    for name, value in {"acting_role": "office", **values}.items():
        setattr(row, name, value)
    row.prev_hash = before.hash if before else GENESIS
    row.hash = next_hash(row.prev_hash, text_of(row))
    row.save()


@pytest.mark.django_db
def test_the_head_is_one_row() -> None:
    events(3)
    assert ChainHead.objects.count() == 1
