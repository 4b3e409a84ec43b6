"""Every rule of response assessment as one list: what it asks, what it gives, its source, how sure we are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cimara.response.explain import sources
from cimara.response.tables import ANY, POLICY, Table, TableRow, component_rules, load_table

DECISION_TABLES = (
    "recist11",
    "rano_bm",
    "clinical_deterioration",
    "irecist",
    "irano",
    "rano_lm_2019",
    "rano_lm_2017",
    "best_response",
    "confirm_table3",
    "reader",
    "discordance",
)
LISTS = {"rano_lm_items": "rano_lm_2019", "rano_lm_exam": "rano_lm_2017"}
"""Tables that are lists and hold no rules, each with the decision table that it stands beside."""
GATED_TABLES = ("rano_lm_2017",)
GATED_RULES = ("VOL-1",)
"""Unverified rules that apply only with `allow_unverified_tables`; a table's where its row is unverified."""

COLUMN_WORDS = {
    "recist11": ("new: `yes` is unequivocal; `blocks` is equivocal under `equivocal_new` = block_cr",),
    "rano_bm": (
        "clinical: `OK` is stable or improved, or worse for another cause than tumour",
        "new: `yes` unequivocal; `review` on immunotherapy; `blocks` equivocal (`equivocal_new` = block_cr)",
        "steroid: `NONE`, `KEPT` (stable or falling), `INCREASED`, each against the reference dose",
    ),
    "clinical_deterioration": (
        "the scale now against the scale at baseline; what no row matches is not worse",
    ),
    "irecist": (
        "state: `N` nothing pending, `U` an unconfirmed progression pending, `C` confirmed before",
        "evidence: the part whose further growth would confirm it; early: before `irecist_min_confirm_days`",
        "recovered: no longer progression over the nadir, with response, or stable without a new lesion left",
    ),
    "irano": (
        "rano: what RANO-BM alone says; window: inside or outside `irano_window_days` of immunotherapy",
        "state: whether a call is pending; followup: what the later scan says of it",
    ),
    "best_response": ("min sd: whether `min_sd_days` had passed; tried at every visit, best row first",),
    "confirm_table3": ("first and next: a response and the one after it, under `confirm_rule` = table3",),
    "reader": ("decided: a reader was accepted; agree: all readers say the same",),
    "discordance": ("cns and sys: the response of the CNS, and of the rest of the body",),
}
"""What the columns of a decision table mean, where their names don't say it."""

STATUS_WORDS = {
    "V": "verified against a printed table or an official text",
    "A": "taken from the abstract of the source",
    "U": "unverified",
    "P": "decision of this project, where the source is silent",
}


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """One row: a rule of a decision table, or a rule in words (`table` is then `rules`, `when` its text)."""

    rule_id: str
    table: str
    when: str
    outcome: str
    source: str
    status: str
    note: str

    @property
    def is_unverified(self) -> bool:
        """Whether results that used it carry the flag UNVERIFIED_RULE."""
        return self.status == "U"

    @property
    def is_gated(self) -> bool:
        """Whether it decides only where the policy allows unverified tables."""
        return self.is_unverified and (self.table in GATED_TABLES or self.rule_id in GATED_RULES)


@cache
def all_rules() -> tuple[RuleEntry, ...]:
    """Rules in words first, then each decision table in the order in which its rows are tried."""
    words = [
        RuleEntry(rule.rule_id, "rules", rule.text, "", source_name(rule.citation), rule.status, "")
        for rule in component_rules().values()
    ]
    tables = [
        _entry(name, row, load_table(name)) for name in DECISION_TABLES for row in load_table(name).rows
    ]
    return (*words, *tables)


def rules_named(rule_id: str) -> tuple[RuleEntry, ...]:
    """Every row of one rule id."""
    return tuple(rule for rule in all_rules() if rule.rule_id == rule_id)


def worst_status(rule_id: str, source: str = "", *, flagged: bool = True) -> str:
    """The least sure status among the rows of a rule (of one source): U, then P, then A, then V.

    A result that is not `flagged` as unverified used one of the other rows, if there are any.
    """
    rows = rules_named(rule_id)
    held = {rule.status for rule in rows if rule.source == source} or {rule.status for rule in rows}
    held = held if flagged else held - {"U"} or held
    return next(status for status in "UPAV" if status in held)


def source_name(citation: str) -> str:
    """A citation key as a reader knows it."""
    return sources().get(citation, citation)


def list_rows(name: str) -> list[Mapping[str, str]]:
    """Rows of a table that is a list."""
    text = (files("cimara.response") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _entry(name: str, row: TableRow, table: Table) -> RuleEntry:
    conditions = "; ".join((*_conditions(row, table), *_ranges(row))) or "in every other case"
    more = "; ".join(_consequences(row))
    outcome = f"{_outcome(row.outcome)}; {more}" if more else _outcome(row.outcome)
    return RuleEntry(row.rule_id, name, conditions, outcome, source_name(row.citation), row.status, row.note)


def _outcome(word: str) -> str:
    """An outcome that another rule decides, in words."""
    known = {
        "=recist": "the RECIST word with an i",
        "=rano_bm": "the RANO-BM word",
        "=accepted": "the response of the accepted evaluator",
        "=shared": "the response that all share",
    }
    return known.get(word, word)


def _conditions(row: TableRow, table: Table) -> Iterator[str]:
    for column, wanted in zip(table.columns, row.conditions, strict=True):
        if wanted == (ANY,):
            continue
        values = " or ".join(wanted)
        if column.startswith(POLICY):
            yield f"`{column[len(POLICY) :]}` = {values}"
        else:
            yield f"{column.replace('_', ' ')}: {values}"


def _ranges(row: TableRow) -> Iterator[str]:
    """The numbers of a scale: from which baseline, to which value, by which fall."""
    extra = row.extra
    if "baseline_from" in extra:
        yield f"baseline {extra['baseline_from']} to {extra['baseline_to']}"
        yield f"now {extra['now_from']} to {extra['now_to']}"
        yield f"worse by at least {extra['fall_from']}"


def _consequences(row: TableRow) -> Iterator[str]:
    for name, words in (("kind", "kind of progression"), ("next_state", "state after")):
        if row.extra.get(name):
            yield f"{words}: {row.extra[name]}"
