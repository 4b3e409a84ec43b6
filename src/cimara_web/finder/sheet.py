"""The sheet for the doctor of one visitor: the chosen studies, matched, in the library's own markup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from cimara.trials.plain import sheet_html
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult, Verdict
from cimara_web.finder.answers import Answers
from cimara_web.finder.home import uses_miles
from cimara_web.finder.profile import profile_of
from cimara_web.finder.results import match_one

_RANK = {verdict: place for place, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The studies on the sheet, the best answer first; numbers without a record; the sheet itself."""

    studies: tuple[Study, ...]
    missing: tuple[str, ...]
    markup: Markup


def sheet_of(answers: Answers, snapshot: Snapshot, *, today: date, lang: str) -> Sheet:
    """The sheet of the chosen studies; without any, its markup is empty."""
    studies = snapshot.studies_of(answers.chosen)
    found = {str(study.nct_id) for study in studies}
    pairs = [(match_one(answers, study, today=today)[1], study) for study in studies]
    pairs.sort(key=lambda pair: _RANK[pair[0].verdict])
    return Sheet(
        studies=tuple(study for _, study in pairs),
        missing=tuple(number for number in answers.chosen if number not in found),
        markup=_markup(pairs, answers, snapshot, today, lang),
    )


def _markup(
    pairs: list[tuple[MatchResult, Study]], answers: Answers, snapshot: Snapshot, today: date, lang: str
) -> Markup:
    if not pairs:
        return Markup("")
    profile = profile_of(answers, as_of=today)
    html = sheet_html(
        [result for result, _ in pairs],
        [study for _, study in pairs],
        lang,
        snapshot.meta.data_date,
        today,
        profile=profile if profile.lat is not None else None,
        miles=uses_miles(profile.country),
    )
    return Markup(html)  # the library escapes every text of a record
