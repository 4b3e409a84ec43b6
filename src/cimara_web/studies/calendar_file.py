"""Milestones as an iCalendar file (RFC 5545): CRLF, lines of at most 75 octets, whole days, times in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from cimara_web.studies.models import Milestone, Study

OCTETS = 75


def calendar(study: Study, milestones: Iterable[Milestone], *, now: datetime, host: str) -> bytes:
    """The milestones of a study that are not done, and those that are, as events of a day each."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//CIMARa//milestones//EN", "CALSCALE:GREGORIAN"]
    for one in milestones:
        lines += _event(study, one, now, host)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(study: Study, one: Milestone, now: datetime, host: str) -> Iterator[str]:
    site = f" ({one.study_site.code})" if one.study_site else ""
    done = " - done" if one.done_at else ""
    yield "BEGIN:VEVENT"
    yield f"UID:{one.public_id}@{host}"
    yield f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{one.due + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(f'{study.title}: {one.kind}{site}{done}')}"
    if one.note:
        yield f"DESCRIPTION:{_text(one.note)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A text value: backslash, semicolon, comma and line break are escaped, other controls left out."""
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(one for one in lines if one >= " " and one != "\x7f")


def _folded(line: str) -> bytes:
    """A content line in pieces of at most 75 octets, no character cut in two."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > OCTETS:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join((*pieces, piece)) + b"\r\n"
