"""Papers, submissions and analyses for tests, each in the state that a test wants."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import cimara.studies.demonstration
from cimara_web.studies.kept_bytes import KeptFile, keep
from cimara_web.studies.models import (
    Analysis,
    AnalysisSignature,
    Milestone,
    Proposal,
    Report,
    SiteCompleteness,
    Study,
    StudyDocument,
    StudySite,
    Submission,
)
from cimara_web.studies.proposal import FORM, VERSION, AnswerKind
from cimara_web.writes import action
from tests.web.people import NOW

PDF = b"%PDF-1.7\n%demo\n"
STUDY_FOLDER = Path(cimara.studies.demonstration.__file__).parent / "rn-bev-demo"
NOBODY = UUID(int=0)


def kept(data: bytes = PDF) -> KeptFile:
    """Bytes in the study store."""
    return keep([data], most=1 << 20)


def study_zip() -> bytes:
    """The demonstration's study file with its own definition, packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for path in STUDY_FOLDER.glob("*.toml"):
            packed.write(path, path.name)
    return out.getvalue()


def full_answers() -> dict[str, object]:
    """An answer to every question of the proposal."""
    made: dict[AnswerKind, Any] = {
        AnswerKind.LINE: "Demo Member 014",
        AnswerKind.TEXT: "Some words.",
        AnswerKind.NUMBER: 3,
    }
    answers = {one.name: made.get(one.kind) for one in FORM}
    chosen = {one.name: one.choices[0][0] for one in FORM if one.kind is AnswerKind.CHOICE}
    return answers | chosen | {"endpoints": ["OS", "RNINC"]}


@action
def stored(row: Any, **fields: Any) -> Any:
    """A row with these fields, as some action left it."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return row


@action
def document(of: Study, kind: str = "protocol", **fields: Any) -> StudyDocument:
    """A paper with bytes in the store."""
    file = fields.pop("file", None) or kept()
    row = StudyDocument(
        **{
            "study": of,
            "kind": kind,
            "title": f"Demo {kind}",
            "version": "1.0",
            "file_name": "paper.pdf",
            "sha256": file.sha256,
            "size": file.size,
            "media_type": "application/pdf",
            "state": "current",
            "added_by": NOBODY,
            "added_at": NOW,
            **fields,
        }
    )
    row.save()
    return row


@action
def submission(of: StudySite, state: str = "accepted", at: datetime = NOW, **fields: Any) -> Submission:
    """Something that a site sent."""
    row = Submission(
        **{
            "study_site": of,
            "sha256": uuid4().hex * 2,
            "size": 10,
            "file_name": "export.zip",
            "patients": 40,
            "uploaded_by": NOBODY,
            "received_at": at,
            "moved_at": at,
            "state": state,
            **fields,
        }
    )
    row.save()
    return row


@action
def completeness(of: Submission, variable: str, present: int, applicable: int) -> None:
    """How full a variable is."""
    SiteCompleteness(
        submission=of,
        variable=variable,
        present=present,
        applicable=applicable,
        unknown=0,
        not_done=0,
        missing=applicable - present,
    ).save()


@action
def milestone(of: Study, **fields: Any) -> Milestone:
    """Something due."""
    row = Milestone(**{"study": of, "kind": "data lock", "due": NOW.date(), **fields})
    row.save()
    return row


@action
def held_analysis(of: Study, *signed: UUID, **fields: Any) -> Analysis:
    """An analysis whose results are held, with signatures for its release."""
    row = Analysis(
        **{
            "study": of,
            "title": "Survival",
            "state": "results held",
            "planned_by": NOBODY,
            "made_at": NOW,
            "moved_at": NOW,
            **fields,
        }
    )
    row.save()
    for account in signed:
        AnalysisSignature(analysis=row, what="release", account=account, role="study lead", at=NOW).save()
    return row


@action
def ready_for_all(of: Study) -> None:
    """All that any step of a study's life asks for, besides a reason."""
    Proposal(study=of, form_version=VERSION, answers=full_answers(), saved_at=NOW).save()
    document(of, "protocol")
    stored(of, dictionary_hash="d" * 64, dictionary_id="demo")
    analysis = held_analysis(of, state="released")
    Report(
        analysis=analysis,
        sha256="r" * 64,
        size=1,
        files={},
        disclosure_check="c",
        held_by=NOBODY,
        held_at=NOW,
        released_at=NOW,
    ).save()
