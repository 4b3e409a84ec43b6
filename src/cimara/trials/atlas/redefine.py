"""Tells where a definition makes another endpoint of a name: the definition wins."""

from __future__ import annotations

import re
from dataclasses import replace

from cimara.trials.atlas.measure import Measure
from cimara.trials.atlas.mentions import Mention
from cimara.trials.atlas.time_frame import landmark
from cimara.trials.atlas.wording import kind

_ON_TISSUE = re.compile(r"patholog|histolog|residual (?:cancer|tumou?r)|marrow|minimal residual")
_CR = r"(?:\bcr\b|complete (?:respon\w+|remission))"
_PR = r"(?:\bpr\b|partial (?:respon\w+|remission))"
_SD = r"(?:\bsd\b|stable disease|disease stab\w+)"
_DISEASE_CONTROL = re.compile(
    rf"(?:proportion|percentage|percent|number|rate) of [^.;]{{0,110}}?{_CR}[^.;]{{0,30}}?{_PR}"
    rf"[^.;]{{0,14}}?{_SD}"
    r"(?![^.;]{0,40}(?:\bpd\b|progressive disease,))"
)


def redefine(mention: Mention, measure: Measure) -> Mention:
    """The mention as its definition has it.

    A response rate that counts stable disease is a disease control rate; a complete response that is defined
    on tissue is a pathologic one; PFS2 is the second progression unless the 2 counts years.
    """
    if mention.kind.id == "progression_free" and mention.mark == 2 and landmark(measure.name.low) is None:
        return replace(mention, kind=kind("second_progression"))
    if mention.kind.id == "one_response_grade" and _ON_TISSUE.search(measure.head.low):
        return replace(mention, kind=kind("pathologic_response"), redefined=True)
    if mention.kind.id == "objective_response" and len(measure.mentions) == 1:
        text = measure.name.low if measure.named_in_description else measure.head.low
        if _DISEASE_CONTROL.search(text):
            return replace(mention, kind=kind("disease_control"), redefined=True)
    return mention
