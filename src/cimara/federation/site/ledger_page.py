"""The page "what left this house": a ledger in words, as a web page that stands alone, or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from cimara.federation.site.ledger_lines import LedgerLine, Left, left, refused

TITLE = "What left this house"
LEFT = (
    "Study", "Analysis", "Job", "Patients here", "First", "Last", "Messages", "Bytes", "Released by",
)  # fmt: skip
REFUSED = ("Time", "Study", "Analysis", "Job", "Why nothing left")
LINES = ("Line", "Time", "Study", "Job", "Analysis", "What happened")
NEVER = (
    "No message holds a row or an id of a patient, and neither does this page. Masked sums are noise to "
    "everybody until those of all sites are added."
)
ALONE = "default-src 'none'; style-src 'unsafe-inline'"
"""It runs and asks for nothing."""
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2530; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; }
h1 { font-size: 1.75rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.9375rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0;
  border-bottom: 1px solid #c9d1d9; }
@media print { .scroll { overflow: visible; } body { max-width: none; } }
"""


def page(lines: Sequence[LedgerLine], count: int, *, as_html: bool = True) -> str:
    """The page of a ledger that was verified.

    Parameters
    ----------
    lines
        `ledger_lines.shown` of its entries, or some of them.
    count
        Lines of the whole ledger, as `Ledger.verify` counted them.
    """
    sections = (
        ("What left, in short", LEFT, [_left(one) for one in left(lines)], "Nothing has left."),
        ("What was asked and did not leave", REFUSED, [_refused(one) for one in refused(lines)], "Nothing."),
        ("Line by line", LINES, [_line(one) for one in lines], "There is no line."),
    )
    checked = f"The ledger has {count} lines. Each was checked when this page was made: none was changed."
    return _html(checked, sections) if as_html else _markdown(checked, sections)


Section = tuple[str, tuple[str, ...], list[tuple[str, ...]], str]


def _left(one: Left) -> tuple[str, ...]:
    people = ", ".join(one.people) or "by itself, as the policy says"
    told = (one.study, one.analysis, one.job, one.patients, one.first, one.last)
    return (*told, f"{one.answers}", f"{one.bytes:,}", people)


def _refused(one: LedgerLine) -> tuple[str, ...]:
    return one.time, one.study, one.analysis, one.job, one.words


def _line(one: LedgerLine) -> tuple[str, ...]:
    return str(one.number), one.time, one.study, one.job, one.analysis, one.words


def _html(checked: str, sections: Iterable[Section]) -> str:
    made = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{TITLE}</title><style>{STYLE}</style></head><body><main><h1>{TITLE}</h1>",
        f"<p>{escape(NEVER)}</p><p>{escape(checked)}</p>",
    ]
    for title, head, rows, nothing in sections:
        made.append(f"<h2>{title}</h2>")
        made.append(_html_table(title, head, rows) if rows else f"<p>{nothing}</p>")
    return "\n".join([*made, "</main></body></html>\n"])


def _html_table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    tops = "".join(f'<th scope="col">{one}</th>' for one in head)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table>'
        f"<thead><tr>{tops}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )


def _markdown(checked: str, sections: Iterable[Section]) -> str:
    made = [f"# {TITLE}", "", NEVER, "", checked]
    for title, head, rows, nothing in sections:
        made += ["", f"## {title}", ""]
        if not rows:
            made.append(nothing)
            continue
        made += [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        made += [f"| {' | '.join(_cell(one) for one in row)} |" for row in rows]
    return "\n".join([*made, ""])


def _cell(text: str) -> str:
    return escape(text, quote=False).replace("|", "\\|").replace("\n", " ")
