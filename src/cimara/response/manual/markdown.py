"""Markdown of the manual: tables, status marks, links between rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from cimara.response.manual.examples import Grid

ABBREVIATIONS = frozenset(
    ["recist", "rano", "bm", "cns", "cr", "pr", "sd", "pd", "ne", "ned", "bor", "kps", "ecog", "mri"]
)
NAMES = {"irecist": "iRECIST", "irano": "iRANO", "s": "'s"}
STATUS_MARKS = {"V": "V", "A": "A", "P": "P", "U": "**U unverified**"}


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; what stands in a cell can't break it."""
    lines = [_line(header), "|" + "---|" * len(header), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def grid(content: Grid) -> str:
    """A table of an example, without columns that are empty; without rows, nothing."""
    used = [place for place in range(len(content.header)) if any(row[place] for row in content.rows)]
    rows = [[_of_column(content.header[place], row[place]) for place in used] for row in content.rows]
    return table([content.header[place] for place in used], rows) if rows else ""


def status(letters: str) -> str:
    """A status, one that is unverified set in bold and said in words; `V / U` holds two."""
    return " / ".join(STATUS_MARKS.get(letter, letter) for letter in letters.split(" / "))


def anchor(rule_id: str) -> str:
    """The name under which the manual links to a rule."""
    return f"rule-{rule_id.lower()}"


def link(rule_id: str) -> str:
    """A link to where the rule stands."""
    return f"[{rule_id}](#{anchor(rule_id)}){{.rule}}"


def target(rule_id: str) -> str:
    """The rule id as the place that links lead to."""
    return f"[{rule_id}]{{#{anchor(rule_id)} .rule}}"


def unbroken(rule_id: str) -> str:
    """A rule id that is not broken at its hyphen."""
    return f"[{rule_id}]{{.rule}}"


def title_from(name: str, names: Collection[str] = ()) -> str:
    """`test_an_equivocal_lesion` as "An equivocal lesion"; names of the field keep their capitals.

    `names` are further words that are written in capitals.
    """
    words = name.removeprefix("test_").split("_")
    text = " ".join(
        NAMES.get(word, word.upper() if word in {*ABBREVIATIONS, *names} else word) for word in words
    )
    text = text.replace(" 's", "'s").replace("RANO BM", "RANO-BM")
    return text[:1].upper() + text[1:]


def _of_column(name: str, text: str) -> str:
    return unbroken(text) if name == "rule" else text


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split()) or " "
