"""Pages of the endpoint manual: definitions of the catalogue, switches, options, how a row is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import chain

from cimara.outcomes import Endpoint, catalogue
from cimara.outcomes.endpoints.options import OPTIONS, Option
from cimara.outcomes.endpoints.protocol_text import sentences
from cimara.outcomes.endpoints.switches import (
    PRESETS,
    SWITCH_NAMES,
    SWITCH_STATUS,
    SWITCH_WORDS,
    MissedRule,
    MissedVisits,
    sentence,
)
from cimara.response.manual import markdown
from cimara.response.manual.examples import Paragraph, Section
from cimara.response.manual.pages import GENERATED, tidy
from cimara.response.manual.sections import paragraph_text

KINDS = {
    "time_to_event": "time to event",
    "competing_risks": "time to event with competing risks",
    "binary": "yes or no",
}
OTHER_PAGES = {
    "order-of-derivation": "Ties, the start, the end of observation",
    "partial-dates-and-input": "Partial dates and input that cannot be used",
    "rates-and-cognition": "Rates, and cognitive decline",
}
"""Sections whose paragraphs are about no single definition or switch."""

INTRODUCTION = """# The endpoint manual

What each endpoint of the catalogue means: what starts and stops the clock, who is censored and when, in the
words that go into a protocol. Each comes with worked examples. They are the project's own tests: a small
table of dated facts of one patient was put into the program, and below it stands what the program gave. When
a definition changes and this manual does not, the build fails.

## How sure we are of a definition

| status | what it means |
|---|---|
| V | verified against a printed table or an official text |
| A | taken from the abstract of the source |
| **U unverified** | we hold it from a second hand, or could not check a detail |
| P | proposal of this project; it needs a clinician's signature |

Where two letters stand, the first is about the common case and the second about details. Most names come from
published statements; most rules behind them are proposals, because the statements give no operational
definition.

## How to read an example

Each line of the first table is a fact with its date, as it stands in the study's tables. *Day* counts from 1,
the day of the start. An example by `CNSPFS, preset=ema` is the definition of the catalogue with that change.

## The catalogue
"""


def pages(sections: Sequence[Section]) -> dict[str, str]:
    """Path -> Markdown of every page."""
    by_path = {section.path: section for section in sections}
    texts = list(chain.from_iterable(section.paragraphs for section in sections))
    made = {f"{name.lower()}.md": _endpoint_page(endpoint, texts) for name, endpoint in catalogue.items()}
    made["switches.md"] = _switches_page(texts)
    made["options.md"] = _options_page(texts)
    for path, title in OTHER_PAGES.items():
        shown = [text for text in by_path[path].paragraphs if not _has_page(text)]
        made[f"{path}.md"] = f"# {title}\n\n" + _paragraphs(shown)
    made["index.md"] = _index_page()
    return {path: GENERATED + tidy(text) for path, text in sorted(made.items())}


def unshown(sections: Sequence[Section]) -> set[str]:
    """Definitions, switches and options that no paragraph names."""
    named = {name for section in sections for text in section.paragraphs for name in text.rules}
    return {*catalogue, *SWITCH_NAMES, *OPTIONS} - named


def _has_page(text: Paragraph) -> bool:
    return any(name in catalogue or name in SWITCH_NAMES or name in OPTIONS for name in text.rules)


def _paragraphs(texts: Iterable[Paragraph], level: int = 2) -> str:
    return "\n".join(paragraph_text(text, level=level, rule_line=False) for text in texts)


def _named(name: str, texts: Iterable[Paragraph]) -> list[Paragraph]:
    return [text for text in texts if name in text.rules]


def _endpoint_page(endpoint: Endpoint, texts: Sequence[Paragraph]) -> str:
    facts = [
        ("id, version", f"`{endpoint.id}` {endpoint.version}"),
        ("kind", KINDS[endpoint.kind]),
        ("one row for each", str(endpoint.unit)),
        ("status", markdown.status(str(endpoint.status))),
        ("sources", ", ".join(endpoint.cite) or "project proposal"),
        *(tuple(line.split(": ", 1)) for line in endpoint.requires().lines()),
    ]
    return "\n".join(
        [
            f"# {endpoint.label} ({endpoint.id})\n",
            *_unverified(endpoint),
            f"> {endpoint.plain}\n",
            markdown.table(("", ""), [(f"**{cells[0]}**", cells[1]) for cells in facts]),
            "## Protocol text\n",
            "\n".join(f"- {text}" for text in sentences(endpoint)) + "\n",
            "## Shown by example\n",
            _paragraphs(_named(endpoint.id, texts), level=3),
        ]
    )


def _unverified(endpoint: Endpoint) -> list[str]:
    if "U" not in str(endpoint.status):
        return []
    return [":::{warning}\nDetails of this definition are unverified.\n:::\n"]


def _switches_page(texts: Sequence[Paragraph]) -> str:
    parts = ["# Switches: what is done where trials differ\n", _presets()]
    for name in SWITCH_NAMES:
        rows = [
            (f"`{word}`", text, ", ".join(_presets_with(name, value))) for word, value, text in _values(name)
        ]
        letters = SWITCH_STATUS[name]
        parts += [
            f"## {name}\n",
            f"Status {markdown.status(letters)}.\n",
            markdown.table(("value", "what the protocol says", "preset"), rows),
            _paragraphs(_named(name, texts), level=3),
        ]
    return "\n".join([*parts, "## The presets on one patient\n", _paragraphs(_named("fda", texts), level=3)])


def _presets() -> str:
    return (
        "Trials that give one name to an endpoint do different things at these points. A definition names a "
        "preset (`fda`, `ema`, or `retrospective` for cohorts without a visit schedule), and the switches "
        "in which it departs from it.\n"
    )


def _values(name: str) -> list[tuple[str, StrEnum | MissedVisits | None, str]]:
    """Word, value and sentence of each value of a switch."""
    if name == "missed_visits":
        held = [None, *(MissedVisits(2, rule) for rule in MissedRule)]
        return [(_missed(value), value, sentence(name, value)) for value in held]
    return [(str(value), value, sentence(name, value)) for value in SWITCH_WORDS[name]]


def _missed(value: MissedVisits | None) -> str:
    return "none" if value is None else f"count = {value.count}, rule = {value.rule}"


def _presets_with(name: str, value: object) -> list[str]:
    return [preset for preset, switches in PRESETS.items() if getattr(switches, name) == value]


def _options_page(texts: Sequence[Paragraph]) -> str:
    parts = ["# Options: named parameters of definitions\n"]
    for name, option in OPTIONS.items():
        parts += [
            f"## {name}\n",
            f"Status {markdown.status(option.status)}. Default: {_default(option)}.\n",
            markdown.table(("value", "what the protocol says"), _option_values(option)),
            _paragraphs(_named(name, texts), level=3),
        ]
    return "\n".join(parts)


def _default(option: Option) -> str:
    held = option.default if isinstance(option.default, tuple) else (option.default,)
    return ", ".join(f"`{value}`" for value in held)


def _option_values(option: Option) -> list[tuple[str, str]]:
    if option.values is None:
        return [("a whole number from 1", option.sentence(option.default))]
    if option.several:
        return [(f"`{value}`", option.sentences[value]) for value in option.values]
    return [(f"`{value}`", option.sentence(value)) for value in option.values]


def _index_page() -> str:
    rows = [
        (
            f"[{name}]({name.lower()}.md)",
            one.label,
            KINDS[one.kind],
            markdown.status(str(one.status)),
            ", ".join(one.cite),
        )
        for name, one in catalogue.items()
    ]
    listed = markdown.table(("id", "name", "kind", "status", "sources"), rows)
    trees = [
        _toctree("The catalogue", [name.lower() for name in catalogue]),
        _toctree("What trials do differently", ["switches", "options"]),
        _toctree("How a row is made", list(OTHER_PAGES)),
    ]
    return INTRODUCTION + listed + "\n" + "\n".join(trees)


def _toctree(caption: str, paths: Iterable[str]) -> str:
    return "\n".join(
        ["```{toctree}", f":caption: {caption}", ":maxdepth: 1", ":hidden:", "", *paths, "```", ""]
    )
