"""Pages made from spec tests: the rules of a section, then a paragraph for each test."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from cimara.response.manual import markdown
from cimara.response.manual.examples import Example, Grid, Paragraph, Section
from cimara.response.manual.rules import (
    COLUMN_WORDS,
    LISTS,
    RuleEntry,
    all_rules,
    list_rows,
    rules_named,
)

LIST_WORDS = {
    "rano_lm_items": "Items of the form, and whether they count",
    "rano_lm_exam": "Domains of the neurological examination and their highest level (0 is normal)",
}


def homes(sections: Sequence[Section]) -> dict[str, str]:
    """For each decision table and each rule in words, the section that shows it by most paragraphs."""
    named: dict[str, Counter[str]] = {}
    for rule in all_rules():
        key = rule.rule_id if rule.table == "rules" else rule.table
        counts = named.setdefault(key, Counter())
        for section in sections:
            counts[section.path] += sum(
                rule.rule_id in text.rules for text in section.paragraphs if text.examples
            )
    return {key: counts.most_common(1)[0][0] for key, counts in named.items() if counts.total()}


def section_page(section: Section, home: Mapping[str, str]) -> str:
    """One page: warning where rules are unverified, the rules, the paragraphs."""
    rules = [rule for rule in all_rules() if home.get(_key(rule)) == section.path]
    parts = [f"# {section.title}\n", *_warning(rules), *_rule_tables(rules), "## Shown by example\n"]
    parts += [paragraph_text(text, level=3) for text in section.paragraphs]
    return "\n".join(parts)


def paragraph_text(text: Paragraph, *, level: int, rule_line: bool = True) -> str:
    """One spec test: its statement, and its examples as tables."""
    parts = [f"{'#' * level} {text.title}\n"]
    if rule_line and text.rules:
        parts.append(" · ".join(_named(rule_id) for rule_id in text.rules) + "\n")
    parts.append(f"{text.sentence}\n")
    return "\n".join(parts + list(_examples(text.examples)))


def rule_table(rules: Iterable[RuleEntry], known: set[str]) -> str:
    """Rows of a decision table; the first row of a rule id is what links lead to."""
    rows = []
    for rule in rules:
        is_known = rule.rule_id in known
        name = markdown.unbroken(rule.rule_id) if is_known else markdown.target(rule.rule_id)
        known.add(rule.rule_id)
        then = f"**{rule.outcome}**" if ";" not in rule.outcome else _bold_first(rule.outcome)
        note = f"{rule.note} (gated)" if rule.is_gated else rule.note
        rows.append((name, rule.when, then, markdown.status(rule.status), rule.source, note.strip()))
    return markdown.table(("rule", "when", "then", "status", "source", "note"), rows)


def _key(rule: RuleEntry) -> str:
    return rule.rule_id if rule.table == "rules" else rule.table


def _bold_first(outcome: str) -> str:
    word, _, more = outcome.partition("; ")
    return f"**{word}**; {more}"


def _warning(rules: Sequence[RuleEntry]) -> Iterator[str]:
    unverified = sorted({rule.rule_id for rule in rules if rule.is_unverified})
    gated = sorted({rule.rule_id for rule in rules if rule.is_gated})
    if unverified:
        free = [rule_id for rule_id in unverified if rule_id not in gated]
        lines = [":::{warning}", f"Unverified on this page: {', '.join(unverified)}."]
        if free:
            lines.append("A result that used one carries the flag `UNVERIFIED_RULE:` with its id.")
        if gated:
            lines.append(
                f"{', '.join(gated)} never decide{'s' if len(gated) == 1 else ''} silently: without "
                "`allow_unverified_tables` in the policy the result is UNDETERMINED; with it, it is flagged."
            )
        yield "\n".join([*lines, ":::", ""])


def _rule_tables(rules: Sequence[RuleEntry]) -> Iterator[str]:
    if rules:
        yield "## The rules\n"
    known: set[str] = set()
    for name, rows in groupby(rules, key=lambda rule: rule.table):
        if name == "rules":
            yield _words_table(list(rows), known)
        else:
            yield f"Table `{name}`: rows are tried from top to bottom, and the first that matches decides.\n"
            yield from (f"- {words}" for words in COLUMN_WORDS.get(name, ()))
            yield "\n" + rule_table(rows, known)
            yield from (_list_table(extra) for extra, beside in LISTS.items() if beside == name)


def _words_table(rules: Sequence[RuleEntry], known: set[str]) -> str:
    known.update(rule.rule_id for rule in rules)
    rows = [
        (
            markdown.target(rule.rule_id),
            rule.when + (" (gated)" if rule.is_gated else ""),
            markdown.status(rule.status),
            rule.source,
        )
        for rule in rules
    ]
    return markdown.table(("rule", "what it says", "status", "source"), rows)


def _list_table(name: str) -> str:
    rows = list_rows(name)
    header = [column for column in rows[0] if column not in ("citation", "status")]
    cells = [
        (
            *(row[column].replace("_", " ") for column in header),
            markdown.status(row["status"]),
            row["citation"],
        )
        for row in rows
    ]
    heading = (*(column.replace("_", " ") for column in header), "status", "source")
    return f"{LIST_WORDS[name]} (table `{name}`).\n\n{markdown.table(heading, cells)}"


def _named(rule_id: str) -> str:
    if not rules_named(rule_id):
        return rule_id
    held = dict.fromkeys((rule.status, rule.source) for rule in rules_named(rule_id))
    words = "; ".join(f"{markdown.status(status)}, {source}" for status, source in held)
    return f"{markdown.link(rule_id)} ({words})"


def _examples(examples: Sequence[Example]) -> Iterator[str]:
    """Examples of one table stand below it; those of one row each become one table."""
    for _, alike in groupby(examples, key=_shape):
        yield from _joined(list(alike))


def _shape(example: Example) -> tuple[object, ...]:
    """What examples share that are shown together."""
    if len(example.seen.rows) == 1 and len(example.found.rows) == 1:
        return (example.seen.header, example.found.header, example.given)
    return (example.seen, example.given)


def _joined(examples: Sequence[Example]) -> Iterator[str]:
    first = examples[0]
    if first.given:
        yield "\n".join(f"- {sentence}" for sentence in first.given) + "\n"
    if len(first.seen.rows) == 1 and len(first.found.rows) == 1:
        yield _one_row_each(examples)
        return
    yield markdown.grid(first.seen)
    if len({example.found.header for example in examples}) == 1 and all(
        len(example.found.rows) == 1 and not example.note for example in examples
    ):
        yield _row_by_policy(examples)
        return
    for example in examples:
        yield f"By `{example.policy}`:\n"
        yield markdown.grid(example.found)
        if example.note:
            yield f"{example.note}\n"


def _row_by_policy(examples: Sequence[Example]) -> str:
    """One row of each policy or definition on the same facts."""
    rows = tuple((f"`{example.policy}`", *example.found.rows[0]) for example in examples)
    return markdown.grid(Grid(("by", *examples[0].found.header), rows))


def _one_row_each(examples: Sequence[Example]) -> str:
    policies = list(dict.fromkeys(example.policy for example in examples))
    own = ("by",) if len(policies) > 1 else ()
    header = (*examples[0].seen.header, *own, *examples[0].found.header)
    rows = [
        (
            *example.seen.rows[0],
            *((f"`{example.policy}`",) if own else ()),
            *example.found.rows[0][:-1],
            f"{example.found.rows[0][-1]} {example.note}".strip(),
        )
        for example in examples
    ]
    shown = Grid(header, tuple(dict.fromkeys(rows)))
    lead = "" if own or not policies[0] else f"By `{policies[0]}`:\n\n"
    return lead + markdown.grid(shown)
