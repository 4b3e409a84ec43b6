"""Where a sentence names brain metastases, CNS metastases or leptomeningeal disease."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import Target
from cimara.trials.eligibility.nouns import (
    disease_to_the_left,
    disease_to_the_right,
    is_metastatic,
    phrase_end,
    phrase_start,
)

_MENINGEAL_DISEASE = words("meningeal_disease")
_FLUID = words("fluid")
_ELSEWHERE_PREFIX = words("elsewhere_prefix")
_ELSEWHERE_OPENINGS = tuple(f"{prefix} " for prefix in sorted(_ELSEWHERE_PREFIX))
_BENIGN = words("benign")
_DOUBTFUL_DISEASE = words("doubtful_disease")
_DISEASE_OF = words("disease_of")


class Mention(msgspec.Struct):
    """`tokens[first:last]` name disease; `site` is brain, cns, lm or stem; `weak` ones need support."""

    target: Target
    first: int
    last: int
    site: str
    weak: bool = False
    excepted: bool = False
    """True for "(non-meningeal ...)": the disease is named to keep it out."""


def find_mentions(tokens: list[Token], *, cns_trial: bool = False, lm_defined: bool = False) -> list[Mention]:
    """All mentions in order of place.

    `cns_trial` is true when title or conditions name CNS metastases, `lm_defined` when the text or the
    title says that LM stands for leptomeningeal disease.
    """
    found: list[Mention] = []
    for index, token in enumerate(tokens):
        if token.kind not in ("SITE", "MET", "LMD") or _is_elsewhere(tokens, index):
            continue
        mention = _mention_at(tokens, index, cns_trial=cns_trial, lm_defined=lm_defined)
        if mention is None:
            continue
        if _is_gloss(tokens, found, mention):
            found[-1].last = min(mention.last + 1, len(tokens))
        elif not _repeats(found, mention):
            mention.excepted = mention.target is Target.LMD and any(
                item.word == "non" for item in tokens[max(0, mention.first - 2) : mention.first]
            )
            found.append(mention)
    return [mention for mention in found if not _is_other_disease(tokens, mention)]


def _is_elsewhere(tokens: list[Token], index: int) -> bool:
    """True for "non-CNS", "extra-cranial", "outside the brain"."""
    if not index:
        return False
    is_site = tokens[index].kind == "SITE"
    before = tokens[index - 1].word
    if before == "extra" or (is_site and before in _ELSEWHERE_PREFIX):
        return True
    if before.startswith(_ELSEWHERE_OPENINGS):
        return True
    if index > 1 and tokens[index - 2].word.startswith(_ELSEWHERE_OPENINGS):
        return True
    return is_site and any(item.word == "outside" for item in tokens[max(0, index - 5) : index])


def _mention_at(tokens: list[Token], index: int, *, cns_trial: bool, lm_defined: bool) -> Mention | None:
    token = tokens[index]
    if token.kind == "SITE":
        return _site_mention(tokens, index, cns_trial) if token.value in ("brain", "cns", "stem") else None
    if token.kind == "LMD":
        return _lm_mention(tokens, index, lm_defined)
    if token.value == "noun" and _seen_on_brain_scan(tokens, index):
        return Mention(Target.BRM, index, index + 1, "brain")
    return None


def _site_mention(tokens: list[Token], index: int, cns_trial: bool) -> Mention | None:
    """A place with its disease word; "brain tumour" counts only where the trial is for CNS metastases."""
    site = tokens[index].value
    target = Target.BRM if site != "cns" else Target.CNS
    right = disease_to_the_right(tokens, index)
    if right is not None:
        strong = tokens[right].kind in ("MET", "LMD") or is_metastatic(tokens, index, right)
        if tokens[right].value == "tumour" and not strong and not cns_trial:
            return None
        return Mention(target, phrase_start(tokens, index), right + 1, site, weak=not strong)
    left = disease_to_the_left(tokens, index)
    if left is None and index + 1 < len(tokens) and tokens[index + 1].word == "included":
        left = next((at for at in range(index - 1, -1, -1) if tokens[at].kind == "MET"), None)
    if left is None:
        return None
    return Mention(target, left, phrase_end(tokens, index), site, weak=tokens[left].kind != "MET")


def _lm_mention(tokens: list[Token], index: int, lm_defined: bool) -> Mention | None:
    """Leptomeningeal disease by its own word, by "meningeal" with a disease word, or as LM once defined."""
    value = tokens[index].value
    if value == "explicit":
        return Mention(Target.LMD, index, _lm_end(tokens, index), "lm")
    if value == "membrane":
        return _membrane_mention(tokens, index)
    if value == "lm" and index + 1 < len(tokens) and tokens[index + 1].kind == "NUMBER":
        return None
    return Mention(Target.LMD, index, index + 1, "lm", weak=not lm_defined)


def _membrane_mention(tokens: list[Token], index: int) -> Mention | None:
    if tokens[index].word in _FLUID:
        return None
    right = disease_to_the_right(tokens, index)
    if right is not None and tokens[right].value != "tumour":
        return Mention(Target.LMD, index, right + 1, "lm")
    if index + 1 < len(tokens) and tokens[index + 1].word in _MENINGEAL_DISEASE:
        return Mention(Target.LMD, index, index + 2, "lm")
    left = disease_to_the_left(tokens, index)
    return Mention(Target.LMD, left, index + 1, "lm") if left is not None else None


def _lm_end(tokens: list[Token], index: int) -> int:
    """Where "leptomeningeal disease" ends."""
    for at in range(index + 1, min(len(tokens), index + 4)):
        if tokens[at].kind in ("MET", "DIS") or tokens[at].word in _MENINGEAL_DISEASE:
            return at + 1
        if tokens[at].kind not in ("NEUTRAL", "SLASH"):
            break
    return index + 1


def _is_gloss(tokens: list[Token], found: Sequence[Mention], mention: Mention) -> bool:
    """True for "leptomeningeal disease (LMD)": the abbreviation is the same mention."""
    at = mention.first - 1
    return (
        bool(found)
        and found[-1].target is mention.target
        and found[-1].last == at
        and tokens[at].kind == "LP"
    )


def _seen_on_brain_scan(tokens: list[Token], index: int) -> bool:
    """True for "MRI of the brain that shows no metastases": the scan names the place."""
    if not any(token.kind == "NEG" for token in tokens[max(0, index - 3) : index]):
        return False
    before = {token.kind for token in tokens[:index]}
    return "IMAGING" in before and "SITE" in before


def _repeats(found: Sequence[Mention], mention: Mention) -> bool:
    """The same noun phrase once: "CNS or brain metastases" is one disease, not two."""
    for earlier in found:
        same = (earlier.target is Target.LMD) == (mention.target is Target.LMD)
        if same and mention.first < earlier.last:
            if earlier.target is Target.CNS and mention.target is Target.BRM:
                earlier.target = Target.BRM
            earlier.last = max(earlier.last, mention.last)
            earlier.weak = earlier.weak and mention.weak
            return True
    return False


def _is_other_disease(tokens: list[Token], mention: Mention) -> bool:
    """Rule R7: the brain as an organ, blood cancers in the CNS, primary tumours, LM without support."""
    if mention.target is Target.LMD:
        return mention.weak and not _lm_supported(tokens, mention)
    before = tokens[max(0, mention.first - 3) : mention.first]
    if any(token.word in _BENIGN for token in before):
        return True
    if not mention.weak:
        return False
    if before and before[-1].kind == "POPULATION":
        return True
    disease = tokens[mention.last - 1].word
    return (
        disease == "diseases"
        or (disease in _DOUBTFUL_DISEASE and _has_brain_disorder_near(tokens, mention))
        or _is_of_blood_cancer(tokens, mention)
    )


def _has_brain_disorder_near(tokens: list[Token], mention: Mention) -> bool:
    """True for "stroke, seizures or other CNS disease"."""
    around = tokens[max(0, mention.first - 6) : mention.last + 14]
    return any(token.kind in ("OTHERCNS", "SEIZURE") for token in around)


def _is_of_blood_cancer(tokens: list[Token], mention: Mention) -> bool:
    """True for "CNS involvement by lymphoma"."""
    after = tokens[mention.last : mention.last + 8]
    by = next((at for at, token in enumerate(after) if token.word in _DISEASE_OF), None)
    return by is not None and any(token.kind == "POPULATION" for token in after[by : by + 5])


def _lm_supported(tokens: list[Token], mention: Mention) -> bool:
    """True when "LM" stands before a disease word, or near the meninges or the brain."""
    if len(tokens) > mention.last and tokens[mention.last].kind in ("MET", "DIS"):
        return True
    near = tokens[max(0, mention.first - 4) : mention.last + 5]
    return any(
        (token.kind == "LMD" and token.value == "explicit")
        or (token.kind == "SITE" and token.value in ("brain", "cns"))
        for token in near
    )
