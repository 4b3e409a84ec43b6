"""What a clinician's list shows: every study with its verdict, narrowed by filters that no address holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.matching import Profile, match, match_all
from cimara.trials.matching.sites import OPEN_STATUSES
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult, Verdict
from cimara_web.finder.answers import Answers, Given
from cimara_web.finder.browse import PHASE_WORDS
from cimara_web.finder.cards import Card
from cimara_web.finder.clinician.fields import Amount, Several
from cimara_web.finder.clinician.profile import PROFILE, SHOWN, shown_in, typed_in
from cimara_web.finder.outcome import BEYOND, WRONG_PHASE, Outcome, Row
from cimara_web.finder.queries import Visit
from cimara_web.finder.remembering import remembered
from cimara_web.finder.results import Show

VERDICTS: dict[Verdict, Any] = {
    Verdict.LIKELY: _("Likely"),
    Verdict.POSSIBLE: _("Possible, points to check"),
    Verdict.UNKNOWN: _("Not stated in the record"),
    Verdict.NOT_NOW: _("Not now"),
    Verdict.NO: _("No"),
}
"""The five verdicts as a professional reads them; patients read others (`cimara.trials.plain`)."""
_SHOWN_STATUSES = {
    Show.OPEN: OPEN_STATUSES,
    Show.SOON: OPEN_STATUSES | {OverallStatus.NOT_YET_RECRUITING},
}


class ListForm(forms.Form):
    """The filters. Phase and distance are facts of the profile too; the rest is kept beside it."""

    use_required_attribute = False

    verdicts = Several(Verdict, VERDICTS, label=_("Verdict"))
    show = forms.ChoiceField(
        label=_("Recruitment"),
        required=False,
        choices=[
            (Show.OPEN, _("Open now")),
            (Show.SOON, _("Open now or soon")),
            (Show.ALL, _("Any status")),
        ],
    )
    max_distance_km = Amount(0, 20_040, label=_("Open site within (km)"), empty=_("Any"))
    phases = Several(Phase, PHASE_WORDS, label=_("Phase"))

    @classmethod
    def of(cls, answers: Answers) -> ListForm:
        """The form filled with the filters in force."""
        typed, shown = typed_in(answers), shown_in(answers)
        return cls(
            initial={
                "verdicts": shown.get("verdicts", []),
                "show": shown.get("show", Show.OPEN),
                "max_distance_km": typed.get("max_distance_km", ""),
                "phases": typed.get("phases", []),
            }
        )

    def saved(self, answers: Answers) -> dict[str, Given]:
        """What to keep of a valid form: the profile with phase and distance taken anew, and the rest."""
        filled = {name: value for name, value in self.cleaned_data.items() if value}
        kept = {name: value for name, value in typed_in(answers).items() if name not in self.fields}
        in_profile = {name: value for name, value in filled.items() if name in ("phases", "max_distance_km")}
        beside = {name: value for name, value in filled.items() if name not in in_profile}
        return {PROFILE: {**kept, **in_profile}, SHOWN: beside}


@dataclass(frozen=True)
class Matched:
    """Every relevant study against the profile, and those that the filters list."""

    profile: Profile
    outcome: Outcome
    show: Show
    verdicts: frozenset[str]

    @classmethod
    def of(cls, profile: Profile, visit: Visit, snapshot: Snapshot) -> Matched:
        """Match the profile and take the filters in force."""
        chosen, own = shown_in(visit.answers), profile.country is not None

        def work() -> Outcome:
            return Outcome.of(match_all(profile, snapshot, own_country_first=own))

        return cls(
            profile,
            remembered(visit, snapshot, ("clinician", profile.to_json()), work),
            Show(chosen.get("show", Show.OPEN)),
            frozenset(chosen.get("verdicts", ())),
        )

    @cached_property
    def before_verdicts(self) -> tuple[Row, ...]:
        """The studies that the other filters leave."""
        return tuple(one for one in self.outcome.rows if self._is_wanted(one))

    @cached_property
    def listed(self) -> tuple[Row, ...]:
        """The studies to list, in the library's order."""
        chosen = self.verdicts
        return tuple(one for one in self.before_verdicts if not chosen or one.verdict in chosen)

    @cached_property
    def counts(self) -> dict[Verdict, int]:
        """How many of each verdict the other filters leave."""
        found = Counter(one.verdict for one in self.before_verdicts)
        return {verdict: found[verdict] for verdict in Verdict}

    def match(self, study: Study) -> MatchResult:
        """One study in full: the same as its row."""
        return match(self.profile, study, own_country_first=self.profile.country is not None)

    def _is_wanted(self, row: Row) -> bool:
        statuses = _SHOWN_STATUSES.get(self.show)
        off = row.has(BEYOND) or row.has(WRONG_PHASE)
        return not off and (statuses is None or row.status in statuses)


class KilometreCard(Card):
    """A study beside the patient, with distances in kilometres as in the filter."""

    @property
    def miles(self) -> bool:
        """False in every country."""
        return False
