"""What a definition as a whole must fulfil, beyond each word being known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cimara.outcomes.endpoints.applicability import applicable_options
from cimara.outcomes.endpoints.definition import Endpoint, Rule
from cimara.outcomes.endpoints.errors import DefinitionError, Problem, nearest
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.words import (
    FIELDS,
    LESION_FACTS,
    SCAN_FACTS,
    SOURCES,
    EndpointKind,
    FactWord,
    Flag,
    UnitOfAnalysis,
)
from cimara.terms.endpoint import CriteriaId
from cimara.terms.response import AssessedCompartment
from cimara.terms.toml_lines import KeyPath

_PARAMCD = re.compile(r"[A-Z][A-Z0-9]{0,7}\Z", re.ASCII)
_VERSION = re.compile(r"\d+\.\d+\.\d+\Z", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,19}\Z", re.ASCII)
LABEL_LENGTH = 40
TEXT_LENGTH = 200

_CNS_ONLY = frozenset(
    {CriteriaId.RANO_BM, CriteriaId.RANO_BM_IMAGING, CriteriaId.IRANO, CriteriaId.MRECIST_CNS5}
)
_LM_ONLY = frozenset({CriteriaId.RANO_LM_2019, CriteriaId.RANO_LM_2017})
_WHOLE_BODY = frozenset({CriteriaId.RECIST11, CriteriaId.RECIST11_LITERAL, CriteriaId.IRECIST})

Found = tuple[KeyPath, str]


def yields(criterion: CriteriaId, compartment: AssessedCompartment) -> bool:
    """True when the criterion can give a response of that compartment (response.md §6)."""
    if compartment is AssessedCompartment.LM:
        return criterion in _LM_ONLY
    if compartment is AssessedCompartment.CNS:
        return criterion in _CNS_ONLY or criterion in _WHOLE_BODY
    return criterion in _WHOLE_BODY


def validate(endpoint: Endpoint) -> None:
    """Raise DefinitionError with all problems of a definition that was not read from a file."""
    found = [
        Problem(".".join(str(part + 1) if isinstance(part, int) else part for part in path), sentence)
        for path, sentence in problems_of(endpoint)
    ]
    if found:
        raise DefinitionError(found, endpoint.id)


def problems_of(endpoint: Endpoint) -> Iterator[Found]:
    """Every problem of the definition: the path of the key, and a sentence."""
    yield from _names(endpoint)
    yield from _shape(endpoint)
    yield from _codes(endpoint)
    for name, rules in _rule_lists(endpoint):
        for number, rule in enumerate(rules):
            yield from ((((name, number, *path)), text) for path, text in _rule(endpoint, name, rule))
    yield from _population(endpoint)
    yield from _options(endpoint)
    for compartment, criterion in endpoint.criteria:
        if not yields(criterion.preset, compartment):
            yield ("criterion",), f"{criterion.preset} gives no response of compartment {compartment}"


def _rule_lists(endpoint: Endpoint) -> tuple[tuple[str, tuple[Rule, ...]], ...]:
    return ("event", endpoint.events), ("competing", endpoint.competing), ("censor", endpoint.censors)


def _names(endpoint: Endpoint) -> Iterator[Found]:
    if not _PARAMCD.match(endpoint.id):
        yield ("id",), "expected 1 to 8 characters A-Z 0-9, a letter first"
    if not _VERSION.match(endpoint.version):
        yield ("version",), 'expected three numbers, such as "1.0.0"'
    if len(endpoint.label) > LABEL_LENGTH:
        yield ("label",), f"has {len(endpoint.label)} characters; {LABEL_LENGTH} fit into a SAS label"
    for source in endpoint.cite:
        if source not in SOURCES:
            yield ("cite",), f"unknown source {source!r}; {nearest(source, SOURCES)}"


def _shape(endpoint: Endpoint) -> Iterator[Found]:
    binary = endpoint.kind is EndpointKind.BINARY
    if not endpoint.events:
        yield ("event",), "no [[event]]: nothing that stops the clock"
    if not binary and (endpoint.start is None or not endpoint.start.first_available):
        yield ("start",), "no START: name first_available"
    if binary and endpoint.censors:
        yield ("censor",), "a binary endpoint has no censoring"
    if not binary and not endpoint.censors:
        yield ("censor",), "no [[censor]]: nothing says where observation ends"
    if endpoint.kind is EndpointKind.COMPETING_RISKS and not endpoint.competing:
        yield ("competing",), "competing_risks without a [[competing]] event"
    if endpoint.kind is EndpointKind.TIME_TO_EVENT and endpoint.competing:
        yield ("kind",), "a definition with competing events is competing_risks"
    codes = {rule.code for rule in endpoint.censors}
    for code in endpoint.combine:
        if code not in codes:
            yield ("combine",), f"names no censor code; {nearest(code, codes)}"


def _codes(endpoint: Endpoint) -> Iterator[Found]:
    counted = Counter(rule.code for _, rules in _rule_lists(endpoint) for rule in rules)
    seen: set[str] = set()
    events = {(rule.fact, rule.compartment, rule.where) for rule in endpoint.events}
    for name, rules in _rule_lists(endpoint):
        for number, rule in enumerate(rules):
            if counted[rule.code] > 1 and rule.code in seen:
                yield (name, number, "code"), f"code {rule.code} is used twice"
            seen.add(rule.code)
            if not _CODE.match(rule.code):
                yield (name, number, "code"), "expected up to 20 characters A-Z 0-9 _, a letter first"
            if name == "competing" and (rule.fact, rule.compartment, rule.where) in events:
                yield (name, number, "fact"), "a competing event that is also an event"


def _rule(endpoint: Endpoint, name: str, rule: Rule) -> Iterator[Found]:
    fields = FIELDS.get(rule.fact, {})
    if rule.fact is FactWord.START and name != "censor":
        yield ("fact",), "START can only censor"
    if len(rule.text.encode()) > TEXT_LENGTH:
        yield ("text",), f"longer than {TEXT_LENGTH} bytes"
    for field, values in rule.where:
        if field not in fields:
            yield ("where",), f"{rule.fact} has no field {field!r}; {nearest(field, fields or ['no fields'])}"
            continue
        allowed = fields[field]
        for value in values:
            if allowed is not None and value not in allowed:
                yield ("where",), f"field {field} is never {value!r}; {nearest(value, allowed)}"
    if rule.fact in SCAN_FACTS and rule.compartment is None:
        yield ("compartment",), f"{rule.fact} needs a compartment"
    if rule.fact in SCAN_FACTS and rule.compartment is not None:
        criterion = endpoint.criterion_of(rule.compartment).preset
        if not yields(criterion, rule.compartment):
            yield ("compartment",), f"{criterion} cannot yield {rule.fact} in {rule.compartment}"
    if rule.within_days is not None and rule.within_days < (rule.not_before or 0):
        yield ("within_days",), "ends before not_before begins"


def _population(endpoint: Endpoint) -> Iterator[Found]:
    both = set(endpoint.require) & set(endpoint.exclude)
    if both:
        yield ("population",), f"{', '.join(sorted(both))} is required and excluded"
    if endpoint.unit is UnitOfAnalysis.LESION:
        facts = {rule.fact for rule in endpoint.events}
        if not facts & LESION_FACTS:
            yield ("unit",), "unit lesion, but no event is a fact of one lesion"
        if not endpoint.start or not set(endpoint.start.first_available) & LESION_FACTS:
            yield ("start",), "unit lesion, but the start is no fact of one lesion"
    elif Flag.TREATED_LESION in (*endpoint.require, *endpoint.exclude):
        yield ("population",), "TREATED_LESION is said of lesions; the unit is patient"


def _options(endpoint: Endpoint) -> Iterator[Found]:
    applicable = applicable_options(endpoint)
    for name, value in endpoint.options:
        if name not in OPTIONS or not OPTIONS[name].fits(value):
            yield ("option", name), "unknown option, or a value that it cannot have"
        elif name not in applicable:
            yield ("option", name), "does nothing in this definition"
