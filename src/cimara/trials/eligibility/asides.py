"""Talk that names CNS metastases without saying who may join (rules R7, R9), and broken sentences."""

from __future__ import annotations

from itertools import pairwise

from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.reading import Context, Reading
from cimara.trials.eligibility.states import ALL
from cimara.trials.eligibility.verbs import verbs

_PEOPLE = words("people")
_THERAPY_LINK = words("therapy_link")
_LINKING = words("linking")
_ON_ACCOUNT_OF = words("on_account_of")
_NECROSIS = words("necrosis")
_HANDLING = words("handling")
_MEANT = words("meant")
_ARTICLES = words("articles")
_ON_STUDY = words("on_study")
_EFFECTS_OF = words("effects_of")
_LOOKING = words("looking")
_EXAMPLE_OPENER = words("example_opener")
_TISSUE_EXAMPLE = words("tissue_example")
_TISSUE = words("tissue")
_TARGET_LESION = words("target_lesion")
_ELSEWHERE = words("elsewhere")
_NEED_OF_THERAPY = tuple(words("need_of_therapy"))
_PUNCTUATION = ("LP", "RP", "SEMI", "STOP", "COMMA")


def is_other_talk(tokens: list[Token], mention: Mention, context: Context) -> bool:
    """Rules R7 and R9: therapy of metastases, scans that look for them, target-lesion talk."""
    if _explains_a_drug(tokens, mention):
        return True
    link = _linked_noun(tokens, mention)
    if link is not None and tokens[link].kind in ("THERAPY", "STEROID"):
        if tokens[link].kind == "THERAPY" and _is_urgent(tokens, link):
            return False
        if not any(token.word in _NECROSIS for token in tokens[: mention.first]):
            return not _is_about_people(tokens, link)
    return (
        (link is not None and tokens[link].word in _EFFECTS_OF)
        or _is_handled(tokens, mention)
        or _is_to_come(tokens)
        or _is_tissue_example(tokens, mention)
        or any(one.word == "considered" and two.word == "to" for one, two in pairwise(tokens))
        or _is_purpose(tokens, mention)
        or _is_defined(tokens, mention)
        or _is_looked_for(tokens, mention)
        or _is_target_talk(tokens, mention, context)
    )


def is_in_example(tokens: list[Token], mention: Mention) -> bool:
    """True for "surgery (e.g., removal of a brain metastasis)": named in passing."""
    opened = _bracket_before(tokens, mention, reach=14)
    return opened is not None and opened + 1 < len(tokens) and tokens[opened + 1].word in _EXAMPLE_OPENER


def is_broken(tokens: list[Token]) -> bool:
    """True for "Known central nervous system (CNS)": a sentence cut off before its noun."""
    kinds = [token.kind for token in tokens if token.kind not in _PUNCTUATION]
    return (
        1 < len(kinds) <= 6
        and kinds[-1] == "SITE"
        and all(kind in ("NEUTRAL", "SITE", "QUAL", "OR", "AND") for kind in kinds)
    )


def lmd_alone(tokens: list[Token], mentions: list[Mention]) -> Reading | None:
    """Shut out LMD alone, as in "leptomeningeal but no brain metastasis": LMD beside BrM may enter (R6)."""
    for before, mention in pairwise(mentions):
        if before.target is not Target.LMD or mention.target is Target.LMD:
            continue
        between = tokens[before.last : mention.first]
        negated = any(token.kind == "NEG" for token in between)
        if negated and any(token.kind == "BUT" or token.word == "without" for token in between):
            return Reading(Target.LMD, Force.PERMIT, ALL, before.first, mention.last, rule="R6")
    return None


def _explains_a_drug(tokens: list[Token], mention: Mention) -> bool:
    """True for "steroids for brain metastases", "seizures due to them"."""
    near = tokens[max(0, mention.first - 4) : mention.first]
    return any(token.word in _ON_ACCOUNT_OF for token in near) and any(
        token.kind in ("STEROID", "SEIZURE") for token in tokens[: mention.first]
    )


def _linked_noun(tokens: list[Token], mention: Mention) -> int | None:
    """Where the noun stands that "for", "of" or "to" links to the disease."""
    at = mention.first - 1
    while at >= 0 and mention.first - at < 5:
        if tokens[at].word not in _THERAPY_LINK and tokens[at].kind != "NEUTRAL":
            break
        at -= 1
    linked = any(token.word in _LINKING for token in tokens[at + 1 : mention.first])
    return at if at >= 0 and linked else None


def _is_about_people(tokens: list[Token], at: int) -> bool:
    """True for "patients who had therapy for brain metastases are eligible": they are let in."""
    people = any(token.word in _PEOPLE for token in tokens[max(0, at - 8) : at])
    return people and any(token.kind == "PERMIT" for token in tokens)


def _is_urgent(tokens: list[Token], at: int) -> bool:
    """True for "requiring immediate local therapy for brain metastases": patients, not a past therapy."""
    before = tokens[max(0, at - 6) : at]
    return any(
        token.kind == "URGENT" or (token.kind == "NEED" and token.word.startswith(_NEED_OF_THERAPY))
        for token in before
    )


def _is_handled(tokens: list[Token], mention: Mention) -> bool:
    """True for "to control the brain lesions", "drugs used to treat brain metastases"."""
    at = mention.first - 1
    if at > 0 and tokens[at].word in _ARTICLES:
        at -= 1
    if at < 0 or tokens[at].word not in _HANDLING:
        return False
    return mention.weak or (at > 1 and tokens[at - 2].word in _MEANT)


def _is_to_come(tokens: list[Token]) -> bool:
    """True for "if they develop brain metastases, they may remain on study": no rule of entry."""
    words_said = {token.word for token in tokens}
    return tokens[0].kind == "IF" and "develop" in words_said and not words_said.isdisjoint(_ON_STUDY)


def _is_purpose(tokens: list[Token], mention: Mention) -> bool:
    """True for a sentence without a verb that opens with "to" or "for"."""
    opens = tokens[0].word in ("to", "for") and mention.first <= 4
    return opens and not verbs(tokens, 0, len(tokens))


def _is_defined(tokens: list[Token], mention: Mention) -> bool:
    """True for "brain metastases are defined as ..."."""
    following = [token.word for token in tokens[mention.last : mention.last + 2]]
    return following[:1] in (["are"], ["is"], ["was"], ["were"]) and following[1:] == ["defined"]


def _is_looked_for(tokens: list[Token], mention: Mention) -> bool:
    """True for "MRI to rule out brain metastases"."""
    before = tokens[max(0, mention.first - 8) : mention.first]
    scan = any(token.kind == "IMAGING" for token in before)
    return scan and any(token.word in _LOOKING for token in before)


def _is_tissue_example(tokens: list[Token], mention: Mention) -> bool:
    """True for "tissue (e.g., from a systemic site or brain metastasis)": an example, not a criterion."""
    opened = _bracket_before(tokens, mention, reach=12)
    if opened is None or not any(token.word in _TISSUE for token in tokens[:opened]):
        return False
    return any(token.word in _TISSUE_EXAMPLE for token in tokens[opened + 1 : opened + 3])


def _bracket_before(tokens: list[Token], mention: Mention, *, reach: int) -> int | None:
    """Where the bracket opens that the mention stands in, if it opens within reach."""
    for at in range(mention.first - 1, max(-1, mention.first - reach), -1):
        if tokens[at].kind == "RP":
            return None
        if tokens[at].kind == "LP":
            return at
    return None


def _is_target_talk(tokens: list[Token], mention: Mention, context: Context) -> bool:
    """Target-lesion talk: "measurable disease outside the CNS"."""
    if context.cns_trial or not any(token.word in _TARGET_LESION for token in tokens):
        return False
    in_list = context.section is Section.INCLUSION and mention.target is Target.LMD
    if in_list and any(token.word == "evaluable" for token in tokens):
        return False
    if _is_asked_for(tokens, mention):
        return False
    asks = any(token.kind in ("UNLESS", "NEG", "EXCLUDE") or token.word in _ELSEWHERE for token in tokens)
    return asks and not any(token.kind == "PERMIT" for token in tokens)


def _is_asked_for(tokens: list[Token], mention: Mention) -> bool:
    """True for "must have a measurable brain metastasis", with no "outside" or "not" between."""
    asked = next((at for at in range(mention.first) if tokens[at].kind == "REQUIRE"), None)
    return asked is not None and not any(
        token.kind in ("UNLESS", "NEG") or token.word == "outside" for token in tokens[asked : mention.first]
    )
