"""The response and endpoint manuals leave nothing out; `make docs` holds them to what the code does."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path

import pytest

from cimara.outcomes import catalogue
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.switches import SWITCH_NAMES
from cimara.response.manual import all_rules
from cimara.response.manual.examples import load_examples
from cimara.response.manual.markdown import status, table
from cimara.response.manual.rules import DECISION_TABLES, LISTS, RuleEntry, list_rows
from cimara.response.policy import policy_fields, preset_names

ROOT = Path(__file__).resolve().parents[2]
RESPONSE = ROOT / "docs" / "reference" / "response-manual"
ENDPOINTS = ROOT / "docs" / "reference" / "endpoint-manual"
FAMILIES = {rule.rule_id.split("-")[0] for rule in all_rules()}
CODE = re.compile(r"\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b")


def whole(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.md")))


def row_of(rule: RuleEntry) -> str:
    """What stands behind the rule id in the row of a rule."""
    note = f"{rule.note} (gated)".strip() if rule.is_gated else rule.note
    outcome, _, more = rule.outcome.partition("; ")
    then = f"**{outcome}**" + (f"; {more}" if more else "")
    cells = (rule.when, then, status(rule.status), rule.source, note)
    if rule.table == "rules":
        cells = (rule.when + (" (gated)" if rule.is_gated else ""), status(rule.status), rule.source)
    return table((), [("", *cells)]).splitlines()[-1].removeprefix("|  ")


@pytest.mark.parametrize("rule", sorted({rule.rule_id for rule in all_rules()}))
def test_every_rule_has_an_example(rule: str) -> None:
    assert any(
        rule in text.rules and text.examples for section in load_examples() for text in section.paragraphs
    )


def test_no_paragraph_names_an_unknown_rule() -> None:
    named = {name for section in load_examples() for text in section.paragraphs for name in text.rules}
    rules = {name for name in named if name.split("-")[0] in FAMILIES}
    assert rules <= {rule.rule_id for rule in all_rules()}


def test_every_row_of_every_table_is_a_rule_of_the_manual() -> None:
    folder = files("cimara.response") / "tables"
    held = {item.name.removesuffix(".csv") for item in folder.iterdir() if item.name.endswith(".csv")}
    assert held == {*DECISION_TABLES, *LISTS, "rules"}
    for name in held - set(LISTS):
        text = (folder / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert len(list(csv.DictReader(text))) == sum(rule.table == name for rule in all_rules())


@pytest.mark.parametrize(
    "rule", all_rules(), ids=lambda rule: f"{rule.table}-{rule.rule_id}-{rule.when[:40]}"
)
def test_every_rule_stands_on_a_page_with_its_source_and_status(rule: RuleEntry) -> None:
    lines = [line for line in whole(RESPONSE).splitlines() if line.startswith(f"| [{rule.rule_id}]")]
    assert any(line.endswith(row_of(rule)) for line in lines)


@pytest.mark.parametrize("name", LISTS)
def test_every_row_of_a_list_stands_on_a_page(name: str) -> None:
    pages = whole(RESPONSE)
    for row in list_rows(name):
        shown = [value.replace("_", " ") for key, value in row.items() if key not in ("citation", "status")]
        assert table((), [(*shown, status(row["status"]), row["citation"])]).splitlines()[-1] in pages


def test_unverified_rules_are_marked_and_gated_ones_say_that_they_never_decide_silently() -> None:
    page = (RESPONSE / "unverified.md").read_text(encoding="utf-8")
    gated, _, rest = page.partition("## Unverified, and flagged")
    free, _, _ = rest.partition("## Decisions")
    assert "never decide silently" in gated
    assert {rule.rule_id for rule in all_rules() if rule.is_gated} == set(
        re.findall(r"^\| \[([\w-]+)", gated, re.M)
    )
    unverified = {rule.rule_id for rule in all_rules() if rule.is_unverified and not rule.is_gated}
    assert unverified == set(re.findall(r"^\| \[([\w-]+)", free, re.M))
    for section in load_examples():
        text = (RESPONSE / f"{section.path}.md").read_text(encoding="utf-8")
        assert ("**U unverified** |" in text.partition("## Shown")[0]) == (":::{warning}" in text)


def test_a_because_holds_sentences_and_no_codes() -> None:
    for section in load_examples():
        for text in section.paragraphs:
            for example in text.examples:
                if "because" in example.found.header and "rule" in example.found.header:
                    at = example.found.header.index("because")
                    assert not [row[at] for row in example.found.rows if CODE.search(row[at])], text.title


def test_every_policy_field_and_preset_is_told() -> None:
    page = (RESPONSE / "policies.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in page for name in (*policy_fields(), *preset_names()))


@pytest.mark.parametrize("name", catalogue)
def test_every_endpoint_has_a_page_with_status_source_and_an_example(name: str) -> None:
    endpoint = catalogue[name]
    page = (ENDPOINTS / f"{name.lower()}.md").read_text(encoding="utf-8")
    assert f"| **status** | {status(str(endpoint.status))} |" in page
    assert f"| **sources** | {', '.join(endpoint.cite) or 'project proposal'} |" in page
    assert endpoint.plain in page
    assert "\n### " in page.partition("## Shown by example")[2]


@pytest.mark.parametrize(
    ("page", "name"), [("switches", name) for name in SWITCH_NAMES] + [("options", name) for name in OPTIONS]
)
def test_every_switch_and_option_has_an_example(page: str, name: str) -> None:
    text = (ENDPOINTS / f"{page}.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section
    assert "\n### " in section[1]
