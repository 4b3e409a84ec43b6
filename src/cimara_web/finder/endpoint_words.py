"""Words of the endpoint atlas in the language in use: items of a definition, their values, figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cimara.terms.endpoint import EndpointId
from cimara.terms.registry import OutcomeRole
from cimara.trials.atlas import Heterogeneity
from cimara.trials.atlas.heterogeneity import NOT_STATED, SIZE_NOT_STATED, Item
from cimara.trials.atlas.shares_figure import SharesWords
from cimara.trials.plain.endpoints import endpoint_meaning, endpoint_name
from cimara_web.finder.source_words import source_sentence

ITEM_WORDS: dict[Item, Any] = {
    Item.CRITERIA: gettext_lazy("Criteria"),
    Item.COMPARTMENT: gettext_lazy("Where"),
    Item.ASSESSOR: gettext_lazy("Assessor"),
    Item.DEATH: gettext_lazy("Death"),
    Item.START: gettext_lazy("Clock start"),
}
ITEM_MEANINGS: dict[Item, Any] = {
    Item.CRITERIA: gettext_lazy(
        "Which rules decide that a tumour grew or shrank, such as RECIST or RANO-BM."
    ),
    Item.COMPARTMENT: gettext_lazy("Which part of the body is watched: the brain, its lining, or all of it."),
    Item.ASSESSOR: gettext_lazy(
        "Who reads the scans: the study doctor, or readers who don’t know the patient."
    ),
    Item.DEATH: gettext_lazy("Whether a death counts as an event."),
    Item.START: gettext_lazy("The day on which the clock starts."),
}
ROLE_WORDS: dict[OutcomeRole, Any] = {
    OutcomeRole.PRIMARY: gettext_lazy("main"),
    OutcomeRole.SECONDARY: gettext_lazy("further"),
    OutcomeRole.OTHER: gettext_lazy("other"),
}
_VALUES: dict[str, Any] = {
    NOT_STATED: gettext_lazy("not stated"),
    SIZE_NOT_STATED: gettext_lazy("modified RECIST, size not stated"),
    "RECIST, no version": gettext_lazy("RECIST, no version"),
    "RANO-LM, no version": gettext_lazy("RANO-LM, no version"),
    "CNS": gettext_lazy("CNS"),
    "brain": gettext_lazy("brain"),
    "LM": gettext_lazy("leptomeninges"),
    "spine": gettext_lazy("spine"),
    "systemic": gettext_lazy("outside the CNS"),
    "whole body": gettext_lazy("whole body"),
    "investigator": gettext_lazy("study doctor"),
    "BICR": gettext_lazy("blinded central review"),
    "yes": gettext_lazy("counts"),
    "no": gettext_lazy("does not count"),
    "randomisation": gettext_lazy("randomisation"),
    "enrolment": gettext_lazy("enrolment"),
    "treatment start": gettext_lazy("start of treatment"),
    "local therapy": gettext_lazy("local treatment"),
    "surgery": gettext_lazy("surgery"),
    "diagnosis": gettext_lazy("diagnosis"),
    "first response": gettext_lazy("first response"),
}
"""Values of the library's tables; names of criteria stay as papers write them."""


def value_shown(value: str) -> str:
    """A value of an item; several criteria stay joined by a plus."""
    return " + ".join(str(_VALUES.get(one, one)) for one in value.split(" + "))


def name_of(endpoint: EndpointId) -> str:
    """What an endpoint is called, as a heading."""
    name = endpoint_name(endpoint, _language())
    return name[:1].upper() + name[1:]


def meaning_of(endpoint: EndpointId) -> str:
    """What an endpoint measures."""
    return endpoint_meaning(endpoint, _language())


def shares_words(report: Heterogeneity) -> SharesWords:
    """The words of the atlas's figure."""
    return SharesWords(
        title=_("What the measures of each endpoint state"),
        subtitle=_(
            "Blue: share of the endpoint’s measures that state this. No box: not asked of this endpoint."
        ),
        items={item: str(word) for item, word in ITEM_WORDS.items()},
        endpoints={one: name_of(one) for one in EndpointId},
        of=_("{n} of {total}"),
        foot=source_sentence(report.atlas.provenance),
    )


def _language() -> str:
    return get_language() or "en"
