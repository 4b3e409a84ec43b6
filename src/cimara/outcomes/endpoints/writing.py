"""Writes a definition as canonical TOML: keys in one order, only what differs from the switch preset."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from cimara.outcomes.endpoints.definition import Criterion, Endpoint, Rule, Where
from cimara.outcomes.endpoints.reading import EARLIEST_OF
from cimara.outcomes.endpoints.switches import PRESETS, SWITCH_NAMES, MissedVisits
from cimara.outcomes.endpoints.words import Take


def write_definition(endpoint: Endpoint) -> str:
    """The definition as TOML text; reading it gives an equal definition."""
    lines = [*_head(endpoint), *_criterion_lines(endpoint)]
    if endpoint.combine:
        lines.append(f"combine = {{{EARLIEST_OF} = {_value(endpoint.combine)}}}")
    lines += _table("population", {"require": endpoint.require, "exclude": endpoint.exclude})
    if endpoint.start:
        start = {"first_available": endpoint.start.first_available, "where": _where(endpoint.start.where)}
        lines += _table("start", start)
    for name, rules, take in (
        ("event", endpoint.events, Take.FIRST),
        ("competing", endpoint.competing, Take.FIRST),
        ("censor", endpoint.censors, Take.LAST),
    ):
        for rule in rules:
            lines += ["", f"[[{name}]]", *_rule(rule, take)]
    lines += _switches(endpoint)
    lines += _table("option", dict(endpoint.options))
    if endpoint.schedule:
        names = ("every", "until", "window", "days")
        lines += _table("schedule", {name: getattr(endpoint.schedule, name) for name in names})
    return "\n".join(lines) + "\n"


def _head(endpoint: Endpoint) -> list[str]:
    return _pairs(
        {
            "id": endpoint.id,
            "version": endpoint.version,
            "label": endpoint.label,
            "kind": str(endpoint.kind),
            "unit": str(endpoint.unit),
            "compartment": str(endpoint.compartment),
            "status": str(endpoint.status),
            "cite": endpoint.cite,
            "plain": endpoint.plain,
            "evaluator": endpoint.evaluator,
        }
    )


def _rule(rule: Rule, take: Take) -> list[str]:
    return _pairs(
        {
            "code": rule.code,
            "fact": str(rule.fact),
            "text": rule.text,
            "compartment": str(rule.compartment) if rule.compartment else None,
            "where": _where(rule.where),
            "take": str(rule.take) if rule.take is not take else None,
            "not_before": rule.not_before,
            "within_days": rule.within_days,
        }
    )


def _where(where: Where) -> dict[str, object]:
    return {name: values[0] if len(values) == 1 else values for name, values in where}


def _criterion_lines(endpoint: Endpoint) -> list[str]:
    criteria = dict(endpoint.criteria)
    if not criteria:
        return []
    if list(criteria) == [endpoint.compartment]:
        return [f"criterion = {_criterion(criteria[endpoint.compartment])}"]
    parts = [f"{name} = {_criterion(one)}" for name, one in criteria.items()]
    return [f"criterion = {{{', '.join(parts)}}}"]


def _criterion(criterion: Criterion) -> str:
    if not criterion.override:
        return _value(str(criterion.preset))
    return _value({"preset": str(criterion.preset), "override": dict(criterion.override)})


def _switches(endpoint: Endpoint) -> list[str]:
    base = PRESETS[endpoint.switch_preset]
    changed: dict[str, object] = {"preset": endpoint.switch_preset}
    for name in SWITCH_NAMES:
        value = getattr(endpoint.switches, name)
        if value != getattr(base, name):
            changed[name] = _missed(value) if name == "missed_visits" else str(value)
    return _table("switch", changed)


def _missed(value: MissedVisits | None) -> object:
    return "none" if value is None else {"count": value.count, "rule": str(value.rule)}


def _table(name: str, values: Mapping[str, object]) -> list[str]:
    pairs = _pairs(values)
    return ["", f"[{name}]", *pairs] if pairs else []


def _pairs(values: Mapping[str, object]) -> list[str]:
    return [f"{name} = {_value(value)}" for name, value in values.items() if value not in (None, "", (), {})]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)
