"""Whether a clause requires, permits or excludes the disease that it names, and by which rule."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.qualifiers import Mark, qualifying
from cimara.trials.eligibility.reading import Context
from cimara.trials.eligibility.verbs import Verb

_HAVING = words("having")
_ASKED_TO_HAVE = words("asked_to_have")
_PRESENCE = words("presence")
_INCLUDING = words("including")
_CIRCUMSTANCE = words("circumstance")
_NECROSIS = words("necrosis")
_DOUBTFUL = words("doubtful")
_LISTED_DEMANDS = words("listed_demands")


class Claim(msgspec.Struct, frozen=True):
    """A disease named in a segment, with the verb that governs it."""

    tokens: list[Token]
    context: Context
    segment: Segment
    mention: Mention
    verb: Verb
    negated: bool
    after: list[Mark]
    """The qualifiers behind a verb that stands behind the disease."""
    mentions: list[Mention]
    """All mentions of the sentence."""

    @property
    def in_exclusion(self) -> bool:
        """True in the exclusion list."""
        return self.context.section is Section.EXCLUSION

    @property
    def before(self) -> list[Token]:
        """The words of the segment before the disease."""
        return self.tokens[self.segment.first : self.mention.first]


class Ruling(msgspec.Struct, frozen=True):
    """The force and its rule; without a force the section is unknown, or there is no statement."""

    force: Force | None
    rule: str


SKIP = Ruling(None, "skip")
SECTIONLESS = Ruling(None, "sectionless")
_EXCLUDED_BY_NO = Ruling(Force.EXCLUDE, "R5-no")
_PERMITTED = Ruling(Force.PERMIT, "R1")
_REQUIRED = Ruling(Force.REQUIRE, "R1")


def ruling(claim: Claim) -> Ruling:
    """The first of the rules that settles the claim, else its section (the polarity order of rule R1)."""
    for rule in _RULES:
        settled = rule(claim)
        if settled is not None:
            return settled
    return _by_section(claim)


def _of_exception(claim: Claim) -> Ruling | None:
    """An "unless" that opens the sentence turns the section round (R4)."""
    if claim.segment.opener != "UNLESS":
        return None
    if claim.in_exclusion:
        return Ruling(Force.PERMIT, "R4")
    bare = not any(token.kind in ("QUAL", "PERMIT") for token in claim.segment.words(claim.tokens))
    near = claim.mention.first - claim.segment.first <= 8
    return Ruling(Force.EXCLUDE, "R4") if bare and near else SKIP


def _of_excluding_verb(claim: Claim) -> Ruling | None:
    """A verb that shuts out (R11); in "excluded if ..." it may shut out the other disease."""
    if claim.verb.does != "exclude":
        return None
    at = claim.verb.at
    conditional = claim.segment.opener == "IF" and claim.verb.behind(claim.mention)
    if conditional and at is not None and any(other.first > at for other in claim.mentions):
        return SKIP
    return Ruling(Force.EXCLUDE, "R11")


def _of_named_exception(claim: Claim) -> Ruling | None:
    return Ruling(Force.EXCLUDE, "R4") if claim.mention.excepted else None


def _of_negation(claim: Claim) -> Ruling | None:
    """A disease with "no" before it (R5)."""
    if not claim.negated:
        return None
    if claim.verb.does == "permit":
        beside = any(other.first < claim.mention.first for other in claim.mentions)
        return SKIP if claim.verb.behind(claim.mention) and not beside else _EXCLUDED_BY_NO
    if claim.in_exclusion and not _opens_with_negation(claim):
        demanded = claim.verb.does == "require" and not claim.verb.behind(claim.mention)
        return _EXCLUDED_BY_NO if demanded else SKIP
    if claim.verb.does == "not-required":
        return None
    return Ruling(Force.PERMIT, "choice-none") if claim.context.choice else _EXCLUDED_BY_NO


def _of_permission(claim: Claim) -> Ruling | None:
    near = claim.tokens[max(claim.segment.first, claim.mention.first - 3) : claim.mention.first]
    if claim.verb.does == "permit" and any(token.word in _DOUBTFUL for token in near):
        return SKIP
    if claim.verb.does == "not-required":
        return Ruling(Force.PERMIT, "not-required")
    return _PERMITTED if claim.verb.does == "permit" else None


def _of_demand_behind(claim: Claim) -> Ruling | None:
    """A demand upon those who have the disease ("brain metastases must be stable") lets them in."""
    if claim.verb.does not in ("require", "require-not") or not claim.verb.behind(claim.mention):
        return None
    listed = any(token.word in _LISTED_DEMANDS for token in claim.tokens[claim.verb.at : claim.segment.last])
    if qualifying(claim.after) or listed:
        return _PERMITTED
    plain = all(token.kind == "NEUTRAL" for token in claim.before)
    return None if claim.in_exclusion and plain and claim.verb.does == "require" else SKIP


def _of_demand(claim: Claim) -> Ruling | None:
    if claim.verb.does == "require-not":
        before = claim.verb.at is not None and claim.verb.at < claim.mention.first
        return Ruling(Force.EXCLUDE, "R11") if before else SKIP
    if claim.verb.does == "require" and not claim.in_exclusion:
        return _asked_for(claim)
    return None


def _of_note(claim: Claim) -> Ruling | None:
    """A note without a verb lets in what is evaluable, and says nothing else."""
    if not claim.context.note or claim.verb.does is not None:
        return None
    evaluable = any(token.word == "evaluable" for token in claim.tokens[claim.mention.last :])
    return Ruling(Force.PERMIT, "bare-evaluable") if evaluable else SKIP


_RULES: tuple[Callable[[Claim], Ruling | None], ...] = (
    _of_exception,
    _of_excluding_verb,
    _of_named_exception,
    _of_negation,
    _of_permission,
    _of_demand_behind,
    _of_demand,
    _of_note,
)


def _by_section(claim: Claim) -> Ruling:
    if claim.in_exclusion:
        return Ruling(Force.EXCLUDE, "R5")
    if claim.context.section is Section.INCLUSION:
        return _bare_inclusion(claim)
    return SECTIONLESS


def _asked_for(claim: Claim) -> Ruling:
    """Required by "must have brain metastases"; "must be asymptomatic from them" only asks how they are."""
    if _belongs_to_other_noun(claim) or claim.segment.opener == "IF":
        return SKIP
    if claim.verb.at is None or claim.tokens[claim.verb.at].kind == "REQUIRE":
        return _REQUIRED
    between = claim.tokens[claim.verb.at + 1 : claim.mention.first]
    if any(token.word in _ASKED_TO_HAVE for token in between):
        return SKIP if any(token.kind == "STEROID" for token in between) else _REQUIRED
    calm = any(token.kind == "QUAL" and token.value in ("stable", "asymptomatic") for token in between)
    return _PERMITTED if calm else SKIP


def _belongs_to_other_noun(claim: Claim) -> bool:
    """True for "oedema in brain metastases", "because of them": the sentence speaks of something else."""
    tokens, floor = claim.tokens, claim.segment.first
    at = claim.mention.first - 1
    while (at > floor and tokens[at].kind in ("QUAL", "NUMBER", "CMP")) or tokens[at].word in ("the", "any"):
        at -= 1
    if at <= floor or any(token.word in _NECROSIS for token in tokens[floor:at]):
        return False
    if tokens[at].kind == "PREP":
        return tokens[at].word in _CIRCUMSTANCE
    return tokens[at].word == "of" and tokens[at - 1].word not in _HAVING


def _is_gloss(claim: Claim) -> bool:
    """True for the second name in "no leptomeningeal disease (CNS metastases)": the first one has said it."""
    opened = 0
    for token in claim.before:
        opened += (token.kind == "LP") - (token.kind == "RP")
    first = claim.segment.first
    return opened > 0 and any(first <= other.first < claim.mention.first for other in claim.mentions)


def _opens_with_negation(claim: Claim) -> bool:
    first = claim.segment.first
    return any(token.kind == "NEG" for token in claim.tokens[first : first + 3])


def _bare_inclusion(claim: Claim) -> Ruling:
    """A noun phrase without a verb in the inclusion list: a condition of entry, or only a mention."""
    if claim.context.choice:
        return Ruling(Force.PERMIT, "choice")
    if claim.segment.opener == "IF" or _belongs_to_other_noun(claim) or _is_gloss(claim):
        return SKIP
    if any(token.kind == "UNLESS" for token in claim.tokens[claim.segment.last : claim.segment.last + 1]):
        return Ruling(Force.EXCLUDE, "R4")
    if claim.context.cohort is not None:
        return Ruling(Force.REQUIRE, "bare-cohort")
    return _bare_of_all(claim)


def _bare_of_all(claim: Claim) -> Ruling:
    """The same for the inclusion list of all patients, where the trial's subject tells."""
    lmd = claim.mention.target is Target.LMD
    is_subject = claim.context.lm_trial if lmd else claim.context.cns_trial
    behind = claim.tokens[claim.mention.last : claim.mention.last + 2]
    if any(token.word == "included" for token in behind):
        return Ruling(Force.PERMIT, "bare-including")
    if is_subject:
        return Ruling(Force.REQUIRE, "bare-inclusion-title")
    if any(token.word in _INCLUDING for token in claim.before[-4:]):
        return Ruling(Force.PERMIT, "bare-including")
    if any(token.kind == "REQUIRE" or token.word in _PRESENCE for token in claim.before):
        return Ruling(Force.REQUIRE, "bare-inclusion")
    named = any(token.kind == "QUAL" for token in claim.segment.words(claim.tokens))
    return Ruling(Force.PERMIT, "bare-qualified") if named else Ruling(Force.REQUIRE, "bare-inclusion")
