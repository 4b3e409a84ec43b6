"""Who must have a brain scan before entry, of which kind and how recent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cimara.trials.eligibility.amounts import DAYS, amounts
from cimara.trials.eligibility.facts import Clause, Found
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import BrainImaging, Section

_ASKED = words("scan_asked")
_ORDERED = words("scan_ordered")
_CANNOT = words("cannot_be_scanned")
_HISTORY = words("history")
_SUSPICION = words("suspicion")
_MODALITY = words("modality")
_SEEN_AS = words("seen_as")
_EVERYBODY = words("everybody")


def scans(clause: Clause, *, required: bool) -> Iterator[Found]:
    """brain_imaging, its modality and window; `required` when the trial is for brain metastases."""
    tokens = clause.tokens
    scan = next((at for at, token in enumerate(tokens) if token.kind == "IMAGING"), None)
    if scan is None or _is_only_adjective(tokens) or _is_waived(tokens, scan):
        return
    in_trial_of_brm = required and clause.section is Section.INCLUSION
    if not (clause.about_brm or in_trial_of_brm or any(_is_cns_place(token) for token in tokens)):
        return
    kind = _kind(clause, required=required)
    if kind is None:
        return
    yield Found("brain_imaging", kind, clause, scan, scan + 1, "F-imaging")
    modality = next((token.word for token in tokens if token.word in _MODALITY), None)
    if modality is not None:
        name = "CT" if modality == "ct" else "MRI"
        yield Found("imaging_modality", name, clause, scan, scan + 1, "F-imaging")
    for amount in amounts(tokens, DAYS):
        before = tokens[max(0, amount.first - 3) : amount.first]
        if any(token.word in ("within", "≤") for token in before):
            yield Found("imaging_window_days", amount.days, clause, amount.first, amount.last, "F-window")


def _is_cns_place(token: Token) -> bool:
    return (token.kind in ("SITE", "LMD") and token.value != "spine") or token.word == "head"


def _is_only_adjective(tokens: Sequence[Token]) -> bool:
    """True for "radiographic evidence of metastases", which asks for no scan."""
    for at, token in enumerate(tokens):
        if token.kind == "IMAGING":
            behind = tokens[at + 1].word if at + 1 < len(tokens) else ""
            if not (token.word.startswith(("radiolog", "radiograph")) and behind in _SEEN_AS):
                return False
    return True


def _is_waived(tokens: Sequence[Token], scan: int) -> bool:
    """True for "no need to repeat the scan", "a scan is not required", "if a scan has been performed"."""
    before = tokens[max(0, scan - 7) : scan]
    if _is_needless(tokens[scan:]) or _is_optional(tokens, scan):
        return True
    return any(token.word in ("repeat", "systematic") for token in before) and any(
        token.kind == "NEG" for token in before
    )


def _is_needless(behind: Sequence[Token]) -> bool:
    """True for "a scan ... is not required" of anybody, under no condition."""
    at = next((at for at, token in enumerate(behind) if token.word == "required"), 0)
    rest = behind[at + 1 :]
    conditional = any(token.kind in ("IF", "UNLESS", "STEROID") for token in rest)
    return at > 0 and behind[at - 1].kind == "NEG" and not conditional


def _is_optional(tokens: Sequence[Token], scan: int) -> bool:
    """True for "if brain scans are performed, they must ...", which asks for none."""
    return tokens[0].kind == "IF" and scan <= 3 and any(token.word == "performed" for token in tokens)


def _kind(clause: Clause, *, required: bool) -> BrainImaging | None:
    """Who must have the scan: all, those with a history, or those with symptoms; None when nobody must."""
    tokens = clause.tokens
    spoken = {token.word for token in tokens}
    kinds = {token.kind for token in tokens}
    if spoken & _CANNOT and clause.section is Section.EXCLUSION:
        return None
    ordered = not spoken.isdisjoint(_ORDERED)
    symptoms = not required and _speaks_of_symptoms(clause, spoken)
    if clause.about_brm and tokens[0].kind == "IF" and _HISTORY & {token.word for token in tokens[:8]}:
        return BrainImaging.REQUIRED_IF_HISTORY
    if ordered and symptoms and "PERMIT" not in kinds:
        return BrainImaging.REQUIRED_IF_SYMPTOMS
    if ordered and "all" in spoken and spoken & _EVERYBODY:
        return BrainImaging.REQUIRED_ALL
    if clause.about_brm and clause.permits and not required:
        return BrainImaging.REQUIRED_IF_HISTORY
    asked = not spoken.isdisjoint(_ASKED) or "MUST" in kinds or "REQUIRE" in kinds
    if not asked and not (required and clause.section is Section.INCLUSION):
        return None
    if symptoms and ("IF" in kinds or not clause.about_brm):
        return BrainImaging.REQUIRED_IF_SYMPTOMS
    return BrainImaging.REQUIRED_ALL


def _speaks_of_symptoms(clause: Clause, spoken: set[str]) -> bool:
    if spoken & _SUSPICION:
        return True
    return any(token.kind == "QUAL" and token.value == "symptomatic" for token in clause.tokens)
