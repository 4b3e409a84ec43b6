"""Figures and survivors: as text for a terminal, and as the page in the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.mutation.mutant import Mutant

KILLED = ("killed", "time")
LEAST = 0.9
GROUPS = {
    "rules": "RECIST 1.1 and RANO-BM: modules and tables",
    "others": "The other modules and tables of the engine",
    "policy": "Defaults and presets of the policy",
}
KINDS = {
    "swap_op": "a comparison's boundary, `and` for `or`, plus for minus",
    "negated": "a comparison turned round",
    "forced": "a condition always true, or never",
    "if_exp": "one arm of a conditional expression always taken",
    "number": "a number one more or one less",
    "reference": "baseline for nadir, growth for shrinkage, `min` for `max`, `any` for `all`",
    "keywords": "`is` for `is not`, `in` for `not in`, a loop left",
    "remove_unary_ops": "a `not` left out",
    "string": "a word of the rules changed",
    "assignment": "a name bound to nothing",
    "arg_removal": "an argument left out or empty",
    "constant": "a named constant, or an entry of a named set",
    "cell": "a condition of a decision table wider or narrower by one word or step",
    "cell outcome": "an outcome of a decision table",
    "cell kind": "what progressed, by a decision table",
    "cell rule_id": "a rule's id",
    "cell status": "whether a rule is verified",
    "cell priority": "two neighbouring rows of a decision table exchanged",
    "default": "a default of the policy",
    "preset": "a field of a preset",
}


class Report:
    """What became of the mutants."""

    def __init__(
        self,
        mutants: Sequence[Mutant],
        words: Sequence[str],
        left_out: Mapping[tuple[str, str], int],
        reasons: Mapping[str, Any],
    ) -> None:
        self.fates = list(zip(mutants, words, strict=True))
        self.untried: list[str] = []
        parts = {item.part for item in mutants}
        self.left_out: Counter[str] = Counter()
        for (part, reason), count in left_out.items():
            self.left_out[reason] += count if part in parts else 0
        self.reasons = {
            (item["part"], item["where"], change): str(item["because"])
            for item in reasons.get("survivor", [])
            for change in item["changes"]
        }

    def survivors(self, group: str) -> list[Mutant]:
        """Mutants of a group that no test noticed."""
        return [item for item, word in self.fates if item.group == group and word not in KILLED]

    def reason(self, item: Mutant) -> str:
        """Why a survivor may survive; empty where nobody has said."""
        return self.reasons.get((item.part, item.where, item.change), "")

    def share(self, group: str) -> float:
        """Killed of all in a group."""
        words = [word for item, word in self.fates if item.group == group]
        return sum(word in KILLED for word in words) / len(words) if words else 1.0

    @property
    def is_good(self) -> bool:
        """Whether the rules reach the mark and every survivor of theirs has a reason."""
        return self.share("rules") >= LEAST and all(self.reason(item) for item in self.survivors("rules"))

    def counts(self, group: str, key: str) -> Iterator[tuple[str, int, int, int]]:
        """For each part or kind of a group: its name, mutants, killed, of these by time."""
        found: dict[str, Counter[str]] = {}
        for item, word in self.fates:
            if item.group == group:
                found.setdefault(getattr(item, key), Counter())[word] += 1
        for name, words in found.items():
            yield name, words.total(), sum(words[word] for word in KILLED), words["time"]

    def text(self) -> str:
        """Figures for a terminal, then the survivors that have no reason."""
        lines = []
        for group in GROUPS:
            for name, total, killed, late in self.counts(group, "part"):
                share = killed / total
                lines.append(f"{name:35} {killed:5} of {total:5} killed ({late} by time) {share:7.1%}")
        lines += [f"{group:35} {self.share(group):.2%}" for group in GROUPS if self.survivors(group)]
        lines += [f"left out: {count} ({reason})" for reason, count in self.left_out.items()]
        for group in GROUPS:
            lines += [f"SURVIVED {x.name}" for x in self.survivors(group) if not self.reason(x)]
        return "\n".join(lines)


def page(report: Report, left_out: Mapping[str, str], date: str) -> str:
    """The reference page."""
    return "\n".join(_lines(report, left_out, date)).rstrip() + "\n"


def _lines(report: Report, left_out: Mapping[str, str], date: str) -> Iterator[str]:
    yield "# Do the tests of the response rules notice a change?"
    yield ""
    yield f"Measured on {date}, in a copy of the repository, with the spec tests alone:"
    yield ""
    yield f"    .venv/bin/python -m tools.mutation --spec-only --group rules --write {date}"
    yield ""
    yield "Each line of a rule is changed in turn, one change at a time, and the tests of"
    yield "`tests/spec/response` run until one fails: the change is *killed*. What no test notices"
    yield "*survives*. The changes of code are mutmut's (one of a text's three variants) and some more; cells"
    yield "of decision tables, defaults, presets and named constants are changed as data. A change of a table"
    yield "that no combination of inputs can tell is not made. Not run are the test that reads tests by name,"
    yield "and those of the audit."
    for group, title in GROUPS.items():
        if any(item.group == group for item, _ in report.fates):
            yield from _group(report, group, title)
    yield from _kinds(report)
    yield from _left_out(report, left_out)
    for group, title in GROUPS.items():
        yield from _survivors(report, group, title)


HEADER = ("| mutants | killed | of these by time | survived | share |", "|---|---|---|---|---|---|")


def _group(report: Report, group: str, title: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", f"| part {HEADER[0]}", HEADER[1])
    rows = list(report.counts(group, "part"))
    for name, total, killed, late in rows:
        yield _row(name, total, killed, late)
    yield _row("**all**", *_sums([row[1:] for row in rows]))


def _sums(rows: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    return sum(row[0] for row in rows), sum(row[1] for row in rows), sum(row[2] for row in rows)


def _row(name: str, total: int, killed: int, late: int) -> str:
    return f"| {name} | {total} | {killed} | {late} | {total - killed} | {100 * killed / total:.1f} % |"


def _kinds(report: Report) -> Iterator[str]:
    yield from ("", "## By kind of change", "", f"| change {HEADER[0]}", HEADER[1])
    found: dict[str, list[int]] = {}
    for group in GROUPS:
        for kind, *numbers in report.counts(group, "kind"):
            told = KINDS.get(kind, "a method, a lambda, an augmented assignment, `True` for `False`")
            held = found.setdefault(told, [0, 0, 0])
            found[told] = [a + b for a, b in zip(held, numbers, strict=True)]
    for told, (total, killed, late) in found.items():
        yield _row(told, total, killed, late)


def _left_out(report: Report, left_out: Mapping[str, str]) -> Iterator[str]:
    yield from ("", "## Left out", "", "| what | mutants |", "|---|---|")
    for reason, told in left_out.items():
        yield f"| {told} | {report.left_out.get(reason, 'not made')} |"
    if report.untried:
        yield ""
        yield f"Not tried in this run: {', '.join(report.untried)}."


def _survivors(report: Report, group: str, title: str) -> Iterator[str]:
    survivors = report.survivors(group)
    if not survivors:
        return
    yield from ("", f"## Survivors: {title[0].lower()}{title[1:]}", "")
    if group == "rules":
        for item in survivors:
            yield f"- {item.part}, `{item.where}`: `{item.change}`"
            yield f"  {report.reason(item) or 'No reason found yet.'}"
        return
    yield "Not judged one by one; the unit and generative tests of the engine run beside these."
    yield ""
    yield from (f"- {item.part}, `{item.where}`: `{item.change}`" for item in survivors)
