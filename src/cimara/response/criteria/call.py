"""The call of one visit: what a decision table makes of its parts, by which rule and for what reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cimara.response.criteria.components import Parts
from cimara.response.tables import Rule, TableRow

UNVERIFIED = "UNVERIFIED_RULE:"


@dataclass(frozen=True, slots=True)
class Call:
    """One response with its rule. `kinds` names every part that progressed, `kind` the one of the rule."""

    response: str
    rule_id: str
    citation: str
    kind: str = ""
    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def adding(self, *, reasons: tuple[str, ...] = (), flags: tuple[str, ...] = ()) -> Call:
        """The call with more reasons and flags."""
        return replace(self, reasons=(*self.reasons, *reasons), flags=(*self.flags, *flags))


def called(row: TableRow, response: str, parts: Parts, *, kind: str = "", clinical: bool = False) -> Call:
    """The call that a table row makes: reasons of the parts that progressed, or of all where none counts."""
    progressed = progressed_kinds(parts, clinical=clinical)
    is_pd = row.outcome in ("PD", "iUPD", "iCPD", "PD_UNCONFIRMED")
    return Call(
        response=response,
        rule_id=row.rule_id,
        citation=row.citation,
        kind=kind if is_pd else "",
        kinds=progressed if is_pd else (),
        reasons=_reasons(parts, progressed if is_pd else None, clinical=clinical),
        flags=unverified(row),
    )


def unverified(row: TableRow | Rule) -> tuple[str, ...]:
    """The flag of a rule that nobody has checked against the published text."""
    return (f"{UNVERIFIED}{row.rule_id}",) if row.status == "U" else ()


def progressed_kinds(parts: Parts, *, clinical: bool = False) -> tuple[str, ...]:
    """Which parts progressed, in the words of `pd_kind`."""
    kinds = ["clinical"] if clinical else []
    kinds += ["target"] if parts.target.word == "PD" else []
    kinds += ["non-target"] if parts.nontarget.word == "PD" else []
    kinds += ["new"] if parts.new.word == "yes" else []
    return tuple(kinds)


def _reasons(parts: Parts, kinds: tuple[str, ...] | None, *, clinical: bool) -> tuple[str, ...]:
    reasons: tuple[str, ...] = ("CLINICAL_WORSE",) if clinical else ()
    for kind, part in (("target", parts.target), ("non-target", parts.nontarget), ("new", parts.new)):
        if kinds is None or kind in kinds:
            reasons += part.reasons
    return reasons
