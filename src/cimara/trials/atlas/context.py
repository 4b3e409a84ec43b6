"""What a whole trial tells about its outcome measures: its population, and what its abbreviations mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from cimara.trials.atlas.fold import Folded, fold, has_any
from cimara.trials.study import Study


class Population(StrEnum):
    """Trial populations that change what a wording means."""

    CNS_METASTASES = "cns_metastases"
    LEPTOMENINGEAL = "leptomeningeal"
    PRIMARY_CNS = "primary_cns"
    BLOOD = "blood"
    LIVER = "liver"
    PROSTATE = "prostate"
    MESOTHELIOMA = "mesothelioma"


_PRIMARY_CNS = re.compile(
    r"glioma|glioblastom|\bgbm\b|astrocytom|\bdipg\b|diffuse midline|medulloblastom|ependymom"
    r"|oligodendrogliom"
    r"|meningiom|craniopharyng|\batrt\b|rhabdoid|germinom|pineoblastom|choroid plexus"
    r"|primary (?:brain|cns|central nervous system|intracranial)|(?:brain|cns"
    r"|central nervous system) (?:tumou?r|cancer|neoplasm)s?"
)
_BRAIN_METASTASES = re.compile(
    r"(?:brain|cns|central nervous system|intra-?cranial|cerebral)[ -](?:metast|mets|oligomet|lesion)"
    r"|metasta\w+ (?:(?:to|in|of) )?(?:the )?(?:brain|cns|central nervous)|(?:brain|cns) secondaries|\bbrm\b"
    r"|(?:secondary|metastatic) (?:malignant )?(?:brain|cns) (?:tumou?r|cancer|neoplasm)"
)
_LEPTOMENINGEAL = re.compile(
    r"lepto-?mening|mening\w* (?:metast|carcin)|(?:carcinomatous|neoplastic) meningitis|\blmd\b"
)
_OF_CONDITIONS = (
    (Population.BLOOD, re.compile(r"leuk|lymphom|myelom|myelodysplas|myelofibros|\b(?:aml|cll|mds)\b")),
    (
        Population.LIVER,
        re.compile(r"hepato-?cellular|\bhcc\b|liver (?:cancer|cell|neoplasm|carcinoma)|hepatoma"),
    ),
    (Population.PROSTATE, re.compile(r"prostat|\bm?crpc\b")),
    (Population.MESOTHELIOMA, re.compile(r"mesotheliom")),
)
_CUES = (
    "brain",
    "cns",
    "central nerv",
    "cranial",
    "cerebral",
    "mening",
    "gliom",
    "gliob",
    "gbm",
    "lmd",
    "brm",
    "astroc",
    "ependym",
    "dipg",
    "midline",
    "blastom",
    "rhabdoid",
    "atrt",
)


def read_populations(study: Study) -> frozenset[Population]:
    """The populations that a trial's conditions and titles name.

    A trial is of primary CNS tumours only when every condition is one and no brain metastasis is named.
    """
    conditions = " ; ".join(study.conditions).lower()
    head = f"{conditions} ; {study.brief_title} ; {study.official_title or ''}".lower()
    found = {population for population, words in _OF_CONDITIONS if words.search(conditions)}
    if has_any(_CUES, head):
        found |= _cns_populations(study, head)
    return frozenset(found)


def _cns_populations(study: Study, head: str) -> set[Population]:
    found = set()
    if _BRAIN_METASTASES.search(head):
        found.add(Population.CNS_METASTASES)
    if _LEPTOMENINGEAL.search(head):
        found |= {Population.LEPTOMENINGEAL}
    conditions = [one.lower() for one in study.conditions]
    named = [one for one in conditions if _PRIMARY_CNS.search(one)]
    if (
        not found
        and named
        and (len(named) == len(conditions) or _PRIMARY_CNS.search(study.brief_title.lower()))
    ):
        found.add(Population.PRIMARY_CNS)
    return found


class Expansion(StrEnum):
    """What a prefix such as the `i` of `iPFS` stands for."""

    IMMUNE = "immune"
    INTRACRANIAL = "intracranial"
    BIOCHEMICAL = "biochemical"
    EXTRACRANIAL = "extracranial"
    INVASIVE = "invasive"
    INVESTIGATOR = "investigator"
    NOTHING = "nothing"


_EXPANSIONS = (
    (
        Expansion.IMMUNE,
        re.compile(
            r"\bimmune\b(?![ -](?:checkpoint|therap|cell))|\bi-?recist|\birrecist|immuno?-?(?:related|logic)"
        ),
    ),
    (Expansion.INTRACRANIAL, re.compile(r"intra-?cranial|\bcns\b|central nervous system|\bbrain\b|cerebral")),
    (Expansion.BIOCHEMICAL, re.compile(r"biochemical|\bpsa\b")),
    (Expansion.INVESTIGATOR, re.compile(r"investigator")),
)
_MEANINGS: dict[str, tuple[Expansion, ...]] = {
    "i": (Expansion.IMMUNE, Expansion.INTRACRANIAL, Expansion.INVESTIGATOR),
    "b": (Expansion.BIOCHEMICAL, Expansion.INTRACRANIAL),
}


def read_expansion(prefix: str, texts: Iterable[str]) -> Expansion | None:
    """What an ambiguous prefix stands for, by the first of the folded texts that settles it."""
    wanted = _MEANINGS[prefix]
    for text in texts:
        found = [
            (place.start(), meaning)
            for meaning, words in _EXPANSIONS
            if meaning in wanted and (place := words.search(text))
        ]
        if found:
            strong = [one for one in found if one[1] is not Expansion.INVESTIGATOR]
            return min(strong or found)[1]
    return None


@dataclass(frozen=True)
class TrialContext:
    """One trial, as the reader of its measures needs it; the dear parts are made only when asked for."""

    study: Study

    @cached_property
    def populations(self) -> frozenset[Population]:
        """The populations of the trial."""
        return read_populations(self.study)

    @cached_property
    def siblings(self) -> tuple[tuple[Folded, Folded], ...]:
        """Every outcome measure of the trial with its description, folded."""
        return tuple((fold(one.measure), fold(one.description or "")) for one in self.study.outcomes)

    def expansion_elsewhere(self, prefix: str) -> Expansion | None:
        """What a prefix stands for in the trial's other measures that use it."""
        pattern = _PREFIXED[prefix]
        meanings = {
            meaning
            for measure, description in self.siblings
            if pattern.search(measure.plain)
            and (meaning := read_expansion(prefix, (measure.low, description.low[:200])))
        }
        return meanings.pop() if len(meanings) == 1 else None


_PREFIXED = {
    "i": re.compile(r"(?<!\w)[iI](?:PFS|ORR|DO[Rr]|Do[Rr]|DCR|CBR|TTP|OS|BOR)(?!\w)"),
    "b": re.compile(r"(?<!\w)[bB](?:PFS|ORR|DOR|DoR|DCR|RFS)(?!\w)"),
}
