"""Each rule has a spec test that names it, and each test names a rule that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from cimara.response.tables import component_rules, load_table

HERE = Path(__file__).parent
TABLES = (
    "recist11",
    "rano_bm",
    "irecist",
    "irano",
    "clinical_deterioration",
    "discordance",
    "best_response",
    "confirm_table3",
    "reader",
    "rano_lm_2019",
    "rano_lm_2017",
)
FAMILIES = ("R11", "RBM", "IR", "IRN", "BOR", "ADJ", "DAT", "DIS", "VOL", "RDR", "LM", "LM17")


@cache
def named_rules() -> dict[str, list[str]]:
    """Test -> the rule ids that its docstring starts with."""
    found = {}
    for path in sorted(HERE.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                head = (ast.get_docstring(node) or "").split(". ")[0]
                ids = re.findall(r"\b([A-Z]+\d*-[A-Z]*\d*)\b", head)
                found[f"{path.name}::{node.name}"] = [name for name in ids if name.split("-")[0] in FAMILIES]
    return found


def known_rules() -> set[str]:
    rows = {row.rule_id for name in TABLES for row in load_table(name).rows}
    return rows | set(component_rules())


@pytest.mark.parametrize("rule", sorted(known_rules()))
def test_a_spec_test_names_the_rule(rule):
    assert any(rule in ids for ids in named_rules().values())


def test_no_spec_test_names_an_unknown_rule():
    assert {name for ids in named_rules().values() for name in ids} <= known_rules()
