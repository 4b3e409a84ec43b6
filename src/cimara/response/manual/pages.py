"""The manual as files: introduction, a page a section, all rules, what is unverified, every policy field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cimara.response.explain import reasons
from cimara.response.manual import markdown
from cimara.response.manual.examples import Section, load_examples
from cimara.response.manual.rules import STATUS_WORDS, RuleEntry, all_rules
from cimara.response.manual.sections import homes, section_page
from cimara.response.policy import Policy, policy_fields, preset_names

ORDER = (
    "measurability",
    "recist11-targets",
    "recist11-overall",
    "rano-bm",
    "volume",
    "irecist",
    "irano",
    "best-response",
    "adjudication",
    "compartments",
)
"""Sections of the first chapter as they are best read; one that is not named comes last."""
CHAPTERS = {
    "": "Sizes, words and visits",
    "rano-lm-2019": "RANO-LM, scorecard of 2019",
    "rano-lm-2017": "RANO-LM, composite of 2017",
}
"""Chapters by folder, in the order of the introduction; a folder that is not named comes last."""

GENERATED = "<!-- made by tools/make_manual.py from the spec tests and the rule tables: do not edit -->\n"

INTRODUCTION = """# The response manual

Every rule by which CIMARa calls a response, with its source, and a worked example for each. It can be read
from top to bottom. The examples are the project's own tests: each table below was put into the program, and
the results are what the program gave. When a rule changes and this manual does not, the build fails.

CIMARa is a research tool and no medical device. Nothing here advises treatment.

## How sure we are of a rule

| status | what it means |
|---|---|
"""

READING = """
Some unverified rules go further: those of the composite table of RANO-LM 2017, and the thresholds for volumes
(VOL-1). They are gated: they decide only if the policy says `allow_unverified_tables`. Otherwise the response
is UNDETERMINED, so that they never decide silently. [What is unverified](unverified.md) lists them all, with
the decisions of this project that need a clinician's signature.

## How to read an example

The first table shows what was seen at each visit. The second shows what came of it.

| written | meaning |
|---|---|
| baseline, W8, D55 | the last scan before treatment; the visit 8 weeks, and 55 days, after its start |
| L1, L2 liver | target lesions in mm, in the brain where no place is named; of a node the short axis |
| NT1 | a non-target lesion, judged in words |
| N1 certain, N1 uncertain | a new lesion, unequivocal or equivocal; "gone" once it was recorded absent |
| blank | no record |
| SD (on the day: PD) | the response now; the one called on the day, before later scans and decisions |
| `rano_bm` | the policy: a preset, and the fields that were changed |

The sentence under *because* is the one that `cimara response explain` prints. A rule is told with its status
in brackets. Under *flags* stands what a reader of the result has to know beside it.

## The pages
"""


def manual_pages(sections: Sequence[Section] | None = None) -> dict[str, str]:
    """Path -> Markdown of every page."""
    held = load_examples() if sections is None else sections
    home = homes(held)
    pages = {f"{section.path}.md": section_page(section, home) for section in held}
    pages["rules.md"] = _rules_page(home)
    pages["unverified.md"] = _unverified_page()
    pages["policies.md"] = _policies_page()
    pages["reasons.md"] = _reasons_page()
    pages["index.md"] = _index_page(held)
    return {path: GENERATED + tidy(text) for path, text in sorted(pages.items())}


def rule_pages(rule_id: str, sections: Sequence[Section] | None = None) -> str:
    """What the manual says of one rule: its rows, then the paragraphs that show it."""
    from cimara.response.manual.sections import paragraph_text, rule_table

    held = load_examples() if sections is None else sections
    rows = [rule for rule in all_rules() if rule.rule_id == rule_id]
    parts = [f"# {rule_id}\n", rule_table(rows, {rule_id})]
    for section in held:
        parts += [paragraph_text(text, level=2) for text in section.paragraphs if rule_id in text.rules]
    return tidy("\n".join(parts))


def _index_page(sections: Sequence[Section]) -> str:
    letters = "\n".join(
        f"| {markdown.status(letter)} | {words}{_MORE.get(letter, '')} |"
        for letter, words in STATUS_WORDS.items()
    )
    counts = f"\nThe manual holds {len({rule.rule_id for rule in all_rules()})} rules"
    counts += f" and {sum(len(section.paragraphs) for section in sections)} paragraphs.\n"
    trees = [
        _toctree(CHAPTERS.get(folder, folder), _in_order(s.path for s in sections if _folder(s) == folder))
        for folder in sorted({_folder(section) for section in sections}, key=_order)
    ]
    more = _toctree("To look up", ["rules", "unverified", "policies", "reasons"])
    return INTRODUCTION + letters + "\n" + READING + counts + "\n" + "\n".join([*trees, more])


_MORE = {
    "U": ": we hold it from a second hand, or could not check a detail. Every result that used it says so",
    "P": "; it needs a clinician's signature",
}


def _toctree(caption: str, paths: Iterable[str]) -> str:
    return "\n".join(["```{toctree}", f":caption: {caption}", ":maxdepth: 1", "", *paths, "```", ""])


def _folder(section: Section) -> str:
    return section.path.rpartition("/")[0]


def _order(folder: str) -> tuple[int, str]:
    known = list(CHAPTERS)
    return (known.index(folder) if folder in known else len(known), folder)


def _in_order(paths: Iterable[str]) -> list[str]:
    return sorted(paths, key=lambda path: (ORDER.index(path) if path in ORDER else len(ORDER), path))


def _rules_page(home: Mapping[str, str]) -> str:
    rows = []
    for rule in all_rules():
        page = home.get(rule.rule_id if rule.table == "rules" else rule.table, "")
        where = f"[{page}]({page}.md)" if page else ""
        text = rule.when if rule.table == "rules" else f"{rule.when}: {rule.outcome}"
        rows.append((markdown.link(rule.rule_id), text, markdown.status(rule.status), rule.source, where))
    return "# All rules\n\n" + markdown.table(("rule", "what it says", "status", "source", "page"), rows)


def _unverified_page() -> str:
    gated = [rule for rule in all_rules() if rule.is_gated]
    free = [rule for rule in all_rules() if rule.is_unverified and not rule.is_gated]
    decided = [rule for rule in all_rules() if rule.status == "P"]
    fields = [field for field in policy_fields().values() if field.status in "UP"]
    return "\n".join(
        [
            "# What is unverified\n",
            "For the clinical reviewer: what rests on a source that we could not check, and what we chose.\n",
            "## Gated: these never decide silently\n",
            "Without `allow_unverified_tables` in the policy the response is UNDETERMINED; with it, the row "
            "is flagged.\n",
            _signing_table(gated),
            "## Unverified, and flagged on every result that used them\n",
            _signing_table(free),
            "## Decisions of this project that need a signature\n",
            _signing_table(decided),
            "## Policy fields that are unverified or decided by us\n",
            markdown.table(
                ("field", "default", "why", "status"),
                [(f"`{f.name}`", _word(f.default), f.reason, markdown.status(f.status)) for f in fields],
            ),
        ]
    )


def _signing_table(rules: Iterable[RuleEntry]) -> str:
    rows = []
    for rule in rules:
        says = rule.when if rule.table == "rules" else f"{rule.when}: {rule.outcome}"
        rows.append((markdown.link(rule.rule_id), says, rule.source, rule.note))
    return markdown.table(("rule", "what it says", "source", "note"), rows)


def _policies_page() -> str:
    parts = [
        "# Policies: every choice by name\n",
        "A policy holds every choice that a response depends on. Sizes are tenths of a millimetre, times "
        "days. `Policy.describe()` prints this table for any policy, for the analysis plan.\n",
        "## What the presets change\n",
        _presets_table(),
        "## Every field, with the values of `recist11`\n",
        _fields_table(),
    ]
    return "\n".join(parts)


def _fields_table() -> str:
    """The table of Policy.describe(), with its status made visible."""
    described = [line for line in Policy().describe().splitlines() if line.startswith("| ")]
    header, *rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in described]
    cells = [(f"`{name}`", *middle, markdown.status(letter)) for name, *middle, letter in rows]
    return markdown.table(header, cells)


def _presets_table() -> str:
    rows = []
    for name in preset_names():
        policy = Policy.preset(name)
        changed = [
            f"`{field}` = {_word(own)}"
            for field, (own, _) in policy.differences(Policy()).items()
            if field not in ("label", "criterion")
        ]
        rows.append((f"`{name}`", policy.label, policy.criterion, "; ".join(changed)))
    return markdown.table(("preset", "label", "criterion", "changed against `recist11`"), rows)


def _word(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reasons_page() -> str:
    rows = [
        (f"`{code}`", reason.sentence.replace("{", "‹").replace("}", "›"))
        for code, reason in reasons().items()
    ]
    return (
        "# Reasons\n\nA result gives its reasons from this list and no other. ‹...› stands for a number or a "
        "lesion of the row.\n\n" + markdown.table(("code", "sentence"), rows)
    )


def tidy(text: str) -> str:
    """One blank line between blocks, one line end at the end."""
    lines: list[str] = []
    for line in text.splitlines():
        if line or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
