"""One outcome measure, folded, with the kinds of endpoint that it names."""

from __future__ import annotations

import re

from cimara.trials.atlas.context import TrialContext
from cimara.trials.atlas.criteria import NOTHING, Named, read_criteria
from cimara.trials.atlas.fold import EMPTY, Folded, fold, fold_often, has_any
from cimara.trials.atlas.mentions import CNS_CUES, Mention, find_mentions
from cimara.trials.study import Outcome

MEASURE_READ = 2_000
DESCRIPTION_READ = 10_000
"""Code points that are read; the registry itself allows 254 of a measure and 999 of a description."""

DESCRIPTION_HEAD = 500
"""Code points of a description in which a definition is looked for."""

NAMED_EARLY = 250
"""An instrument or an adverse event named later than this in a description is an aside."""

_DEFINED_AS = re.compile(
    r"defined|definition|(?<![a-z])i\.?e\.|calculated|="
    r"|(?:[(:,]|-)\s*(?:the )?(?:time|interval|duration|proportion|percentage|length"
    r"|number) (?:from|between|to|of|in)"
)
_ASIDE = re.compile(r"(?:due to|because of|owing to|whether|reason|regardless of|based on)[^.;]{0,90}$")
_EFFICACY = re.compile(r"efficacy|anti-? ?tumou?r|effectiveness")
_GENERAL = re.compile(
    r"efficacy|activity|effect|outcome|endpoint|end point|respon|surviv|tumou?r|clinical|disease|benefit"
    r"|progress|remission|intracranial|brain|cns"
)
_OF_SAMPLES = re.compile(
    r"biomarker|express|genom|transcript|immune cell|microbio|microenviron|dna|cell count"
    r"|infiltrat|cytokine|antigen"
    r"|sequenc|polymorphism|protein|signature|metabolom|tumou?r size|organoid|sensitivity"
)


class Measure:
    """One outcome measure of one trial.

    Attributes
    ----------
    name, description
        The measure and its description, folded.
    head
        The beginning of the description, where a definition stands.
    time_frame
        The time frame, folded to lower case.
    speaks_of_cns
        Whether a word of a compartment can stand in the measure or its definition.
    mentions
        The kinds that the measure names; where it names none, those of its description.
    named_in_description
        Whether only the description names what is measured.
    """

    __slots__ = (
        "_criteria",
        "_definitions",
        "context",
        "description",
        "head",
        "mentions",
        "name",
        "named_in_description",
        "outcome",
        "speaks_of_cns",
        "time_frame",
    )

    def __init__(self, outcome: Outcome, context: TrialContext) -> None:
        self.outcome = outcome
        self.context = context
        self.name = fold(outcome.measure[:MEASURE_READ])
        self.description = fold(outcome.description[:DESCRIPTION_READ]) if outcome.description else EMPTY
        self.head = self.description.head(DESCRIPTION_HEAD)
        self.time_frame = fold_often((outcome.time_frame or "")[:MEASURE_READ]).low
        self.speaks_of_cns = has_any(CNS_CUES, self.name.low) or has_any(CNS_CUES, self.head.low)
        self._criteria: Named | None = None
        self._definitions: list[Mention] | None = None
        self.mentions = _named(self.name)
        self.named_in_description = not self.mentions
        if self.named_in_description and self.head.low:
            self.mentions = _described(self.name.low, self.head.low, self.definitions)

    @property
    def definitions(self) -> list[Mention]:
        """The kinds that the beginning of the description names."""
        if self._definitions is None:
            self._definitions = find_mentions(self.head) if self.head.low else []
        return self._definitions

    @property
    def text(self) -> str:
        """The measure's words and its description, folded to lower case."""
        return f"{self.name.low} . {self.description.low}"

    @property
    def criteria_of_name(self) -> Named:
        """The response criteria that the measure's own words name."""
        return read_criteria(self.name.low, self.context.populations)

    @property
    def criteria(self) -> Named:
        """The response criteria of measure and description; the time frame counts when they name none."""
        if self._criteria is None:
            named = read_criteria(self.text, self.context.populations)
            self._criteria = (
                named if named != NOTHING else read_criteria(self.time_frame, self.context.populations)
            )
        return self._criteria


def _named(name: Folded) -> list[Mention]:
    found = find_mentions(name)
    if len(found) < 2:
        return found
    alone = [one for one in found if one.kind.alone]
    if alone:
        return alone[:1]
    strong = [one for one in found if not one.kind.weak]
    if any(one.kind.judged for one in strong):
        found = strong
    return _before_definition(found, name.low)


def _described(name: str, head: str, definitions: list[Mention]) -> list[Mention]:
    of_samples, of_efficacy = bool(_OF_SAMPLES.search(name)), bool(_EFFICACY.search(name))
    general = not of_samples and bool(_GENERAL.search(name))
    kept = [
        one
        for one in definitions
        if (one.kind.described == "always" and not (of_samples or of_efficacy) and _is_early(one, head))
        or (one.kind.described == "vague" and general)
        or one.kind.alone
    ]
    if any(one.kind.alone for one in kept):
        return []
    return _before_definition([one for one in kept if not one.kind.weak] or kept, head)


def _is_early(mention: Mention, head: str) -> bool:
    return mention.start < NAMED_EARLY and not _ASIDE.search(head, 0, mention.start)


def _before_definition(found: list[Mention], low: str) -> list[Mention]:
    """The mentions up to where the first is defined: a definition's words are no further endpoints."""
    judged = [one for one in found if one.kind.judged or one.kind.described == "vague"]
    if len(found) < 2 or not judged:
        return found
    cut = _DEFINED_AS.search(low, judged[0].end)
    return found if cut is None else [one for one in found if one.start < cut.start()]
