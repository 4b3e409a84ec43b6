"""Reads which response criteria a measure names, and who applies them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cimara.terms.endpoint import Assessor, CriteriaId
from cimara.trials.atlas.context import Population
from cimara.trials.atlas.fold import has_any

CNS_CRITERIA = frozenset(
    {
        CriteriaId.RANO_BM,
        CriteriaId.RANO_BM_IMAGING,
        CriteriaId.RANO_LM,
        CriteriaId.RANO_LM_2017,
        CriteriaId.RANO_LM_2019,
        CriteriaId.MRECIST_CNS5,
        CriteriaId.CNS_RECIST,
    }
)
"""Criteria for metastases in the CNS: a measure that names one watches the CNS."""

LM_CRITERIA = frozenset({CriteriaId.RANO_LM, CriteriaId.RANO_LM_2017, CriteriaId.RANO_LM_2019})

_CUES = (
    "recist",
    "ricist",
    "recsit",
    "resist",
    "solid tum",
    "rano",
    "rapno",
    "neuro-oncology",
    "neuro oncology",
    "neurooncology",
    "pcwg",
    "prostate cancer",
    "lugano",
    "percist",
    "volumetric",
)

_RECIST = re.compile(
    r"(?<![a-z])(?P<prefix>\(i\)|i|ir|im|m|hcc[ -]?m|cns[ -]|mod\.? )?-?(?:recist|ricist|recsit"
    r"|resist(?=[ v]*1\.))(?P<tail>[^.;]{0,4}cns)?"
    r"|(?P<lead>(?:modified|immune[ -]?modified|immune[ -]?related(?: \(ir\))?|immune|cns"
    r"|intracranial|brain)[ -])?(?:\(ir\) )?"
    r"(?:recist|response (?:evaluation )?(?:criteria|guidelines?) (?:in|for|of) solid tumou?rs?"
    r"|response evaluation in solid tumou?rs?)"
)
_IRECIST_ALIAS = re.compile(r"[^.;()]{0,50}\(\s*i-?recist|\W{0,3}\(?\s*i-?recist")
_RECIST_ITSELF = re.compile(r"(?<![a-z])recist")
_VERSION = re.compile(r"(?<!\d)(?<!\d\.)1[.,]([01])(?!\d)")
_RANO_ALIAS = re.compile(r"response evaluation criteria in solid tumou?rs[^.;]{0,80}\(rano[^)]*\)")
_RANO = re.compile(
    r"(?<![a-z])(?P<immune>i)?rano(?!-bicr)(?:[ -]?(?P<site>bm|lm|brain met\w*"
    r"|lepto\w*))?(?P<version>[ -]*(?:version |v\.? ?)?2\.0|2(?![\d.]))?"
    r"|(?P<long>(?P<immuno>immuno\w* )?(?:response |radiologic )?assessment (?:criteria )?(?:in"
    r"|for|of) (?P<paediatric>p(?:a|ae)?ediatric )?neuro[ -]?oncology)"
)
_RANO_SPELT_OUT = re.compile(
    r"assessment (?:criteria )?(?:in|for|of) (?:p(?:a"
    r"|ae)?ediatric )?neuro[ -]?oncology(?P<version>[^.;()]{0,12}(?:2\.0)?)"
    r"\s*\((?P<abbreviation>i?rano[^)]{0,20}|rapno[^)]{0,20})\)"
)
_RANO_BESIDE = re.compile(
    r"rano(?: criteria)? (?:or|and|/) (?:i?rano|rapno)|(?:bm|lm|irano|rapno"
    r"|2\.0)(?: criteria)? (?:or|and) rano(?![ -]?(?:bm|lm|2))"
)
_KINDS_OF_RANO = frozenset(
    {CriteriaId.RANO_BM, CriteriaId.RANO_LM, CriteriaId.IRANO, CriteriaId.RANO2, CriteriaId.RAPNO}
)
_RANO_VERSION = re.compile(r"[\s(-]*(?:rano\)?)?[\s(,-]*(?:version |v\.? ?)?2\.0")
_RAPNO = re.compile(r"(?<![a-z])rapno")
_BM_NEAR = re.compile(r"[^.;]{0,45}?(?:brain[ -]met|(?<![a-z])\(?-?bm(?![a-z])|rano[ -]bm)")
_LM_NEAR = re.compile(r"[^.;]{0,45}?(?:lepto-?mening|(?<![a-z])\(?-?lm(?![a-z])|rano[ -]lm)")
_OTHERS = (
    (CriteriaId.PCWG3, re.compile(r"pcwg[ -]?\d?|prostate cancer (?:clinical trials? )?working group")),
    (CriteriaId.LUGANO, re.compile(r"lugano")),
    (CriteriaId.PERCIST, re.compile(r"percist|pet response criteria in solid")),
    (
        CriteriaId.VOLUMETRIC,
        re.compile(r"volumetric (?:criteria|respon|assess|measure|progress|analys|rano|mri)"),
    ),
)
_CNS_WORDS = re.compile(r"\bcns\b|central nervous system|intra-?cranial|\bbrain\b|cerebral")
_LIVER_WORDS = re.compile(r"\bhcc\b|hepatocell|\bliver\b|hepatic")


@dataclass(frozen=True, slots=True)
class Named:
    """The criteria that a text names, in a fixed order; `cns5_candidate` when only a size is wanting."""

    criteria: tuple[CriteriaId, ...]
    cns5_candidate: bool = False


NOTHING = Named(())
_ORDER = {one: place for place, one in enumerate(CriteriaId)}


def read_criteria(low: str, populations: frozenset[Population]) -> Named:
    """The response criteria that a folded text names.

    RECIST without a version counts only where no version stands anywhere in the text. Modified RECIST is
    that for the CNS (5 mm) beside CNS words, that for liver cancer in a trial of it, else of unknown kind.
    """
    if not has_any(_CUES, low):
        return NOTHING
    text = _RANO_ALIAS.sub(" rano ", low) if "rano" in low else low
    found = _rano(text) | {one for one, words in _OTHERS if words.search(text)}
    recist, candidate = _recist(text, populations)
    found |= recist
    return Named(tuple(sorted(found, key=_ORDER.__getitem__)), candidate)


def _recist(text: str, populations: frozenset[Population]) -> tuple[set[CriteriaId], bool]:
    found: set[CriteriaId] = set()
    plain: list[CriteriaId] = []
    for place in _RECIST.finditer(text):
        special = _special(place, text, populations)
        if special is None:
            plain.append(_versioned(place, text))
        elif special is not CriteriaId.IRRECIST or CriteriaId.IRECIST not in found:
            found.add(special)
    if CriteriaId.IRECIST in found:
        found.discard(CriteriaId.IRRECIST)
    versioned = set(plain) - {CriteriaId.RECIST_UNSTATED}
    unversioned = (
        bool(plain)
        and not versioned
        and not found
        & {
            CriteriaId.IRECIST,
            CriteriaId.IRRECIST,
            CriteriaId.MRECIST_CNS5,
            CriteriaId.MRECIST_HCC,
            CriteriaId.MRECIST,
        }
    )
    if unversioned or (plain and not versioned and re.search(r"(?<![a-z])recist", text)):
        versioned = {CriteriaId.RECIST_UNSTATED}
    candidate = CriteriaId.MRECIST_CNS5 in found and not re.search(r"(?<!\d)5 ?mm|0\.5 ?cm", text)
    return found | versioned, candidate


def _special(place: re.Match[str], text: str, populations: frozenset[Population]) -> CriteriaId | None:
    prefix = (place["prefix"] or "").strip(" -()")
    lead = (place["lead"] or "").strip(" -")
    if prefix == "i" or _IRECIST_ALIAS.match(text, place.end()):
        return CriteriaId.IRECIST
    if prefix in ("ir", "im") or lead.startswith("immune"):
        return CriteriaId.IRECIST if lead == "immune" else CriteriaId.IRRECIST
    if prefix == "cns" or lead in ("cns", "intracranial", "brain") or place["tail"]:
        return CriteriaId.CNS_RECIST
    if prefix in ("m", "hccm", "hcc-m", "hcc m", "mod.", "mod") or lead == "modified":
        return _modified(place, text, populations)
    return None


def _modified(place: re.Match[str], text: str, populations: frozenset[Population]) -> CriteriaId | None:
    before = text[max(0, place.start() - 20) : place.start()]
    if re.search(r"pcwg\d?[ -]*$", before):
        return None
    if _LIVER_WORDS.search(text) or (Population.LIVER in populations and not _CNS_WORDS.search(text)):
        return CriteriaId.MRECIST_HCC
    if _CNS_WORDS.search(text) or Population.CNS_METASTASES in populations:
        return CriteriaId.MRECIST_CNS5
    return CriteriaId.MRECIST


def _versioned(place: re.Match[str], text: str) -> CriteriaId:
    near = text[max(0, place.start() - 24) : place.end() + 60]
    found = _VERSION.search(near)
    if found is None:
        return CriteriaId.RECIST_UNSTATED
    return CriteriaId.RECIST11 if found.group(1) == "1" else CriteriaId.RECIST10


def _rano(text: str) -> set[CriteriaId]:
    text = _RANO_SPELT_OUT.sub(r" \g<abbreviation>\g<version> ", text)
    found = {_rano_kind(place, text) for place in _RANO.finditer(text)}
    if _RAPNO.search(text):
        found.add(CriteriaId.RAPNO)
    if found & _KINDS_OF_RANO and not _RANO_BESIDE.search(text):
        found.discard(CriteriaId.RANO)
    return found


def _rano_kind(place: re.Match[str], text: str) -> CriteriaId:
    site = place["site"] or ""
    if place["immune"] or place["immuno"]:
        return CriteriaId.IRANO
    if place["paediatric"]:
        return CriteriaId.RAPNO
    if site.startswith("b") or _BM_NEAR.match(text, place.end()):
        return CriteriaId.RANO_BM
    if site.startswith("l") or _LM_NEAR.match(text, place.end()):
        return CriteriaId.RANO_LM
    versioned = place["version"] or _RANO_VERSION.match(text, place.end())
    return CriteriaId.RANO2 if versioned else CriteriaId.RANO


_BICR = re.compile(
    r"\bbicr\b|\birc\b|\bicr\b|\birrc\b|\birf\b|\biirc\b|\bbirc\b|blind\w* (?:independent|central)"
    r"|independent (?:\w+ ){0,3}(?:review|assess|committee|evaluat)"
    r"|central(?:ly|ized|ised)? (?:\w+ ){0,2}(?:review|read|assess|evaluat|imaging)|rano-bicr"
    r"|independent[ -]review|third[ -]party"
)
_INVESTIGATOR = re.compile(
    r"\binvestigator'?s?|\binv\b|\blocal(?:ly)? (?:assess|review|evaluat|radiolog|investig)"
    r"|site[ -](?:assess|review)|\bresearchers?\b"
)


_ASSESSOR_CUES = (
    "bicr",
    "irc",
    "icr",
    "irrc",
    "irf",
    "independent",
    "central",
    "investigator",
    "inv",
    "local",
    "site",
    "researcher",
    "third",
)


def read_assessor(low: str) -> tuple[Assessor, bool]:
    """Who assesses, by a folded text; the flag says that both are named, and then neither is returned."""
    if not has_any(_ASSESSOR_CUES, low):
        return Assessor.UNKNOWN, False
    central, site = bool(_BICR.search(low)), bool(_INVESTIGATOR.search(low))
    if central and site:
        return Assessor.UNKNOWN, True
    if central:
        return Assessor.BICR, False
    return (Assessor.INVESTIGATOR, False) if site else (Assessor.UNKNOWN, False)
