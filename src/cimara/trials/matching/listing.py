"""A ranked list, an explanation or a comparison as lines for a terminal, and the list as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from textwrap import fill, shorten

from cimara.terms.ids import NctId
from cimara.terms.spreadsheet import safe_cell
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.matching.page import Comparison, MatchPage
from cimara.trials.matching.profile import Profile
from cimara.trials.matching.sites import nearest_open_sites
from cimara.trials.plain.language import distance_words
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.quotes import telling_quotes
from cimara.trials.plain.sentences import change_sentence, criterion_sentence
from cimara.trials.plain.words import status_words, verdict_words
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion, CriterionId, CriterionValue, MatchResult

StudyOf = Callable[[NctId], Study]
WIDTH = 100
LONGEST_QUOTE = 300
MARKS = {
    CriterionValue.MEETS: "+",
    CriterionValue.FAILS: "-",
    CriterionValue.UNKNOWN: "?",
    CriterionValue.NEEDS_CHECK: "!",
}
CNS = (CriterionId.BRM, CriterionId.LMD)
GATE_WORDS = {"other_tumour": "for other tumours", "not_applicable": "for blood or primary brain tumours"}


def page_lines(
    page: MatchPage, profile: Profile, study_of: StudyOf, *, lang: str = "en", limit: int = 20
) -> Iterator[str]:
    """The list: verdict, title, status, nearest open site and the words that decide."""
    yield from head_lines(page, lang)
    for place, result in enumerate(page.results[:limit], 1):
        yield ""
        yield from _row_lines(place, result, study_of(result.nct_id), profile, lang)
    yield ""
    rest = len(page.results) - limit
    if rest > 0:
        yield f"{rest} more: use --limit."
    yield say("sheet.not_advice", lang)


def head_lines(page: MatchPage, lang: str) -> Iterator[str]:
    """Dates, counts by verdict, and what is off the list."""
    yield f"As of {page.as_of}. Registry data of {page.data_date or 'unknown date'}."
    counts = "; ".join(f"{verdict_words(verdict, lang)}: {count}" for verdict, count in page.counts.items())
    yield f"{len(page.results)} trials. {counts}."
    for reason, count in page.gated_out.items():
        yield f"{count} not shown, {GATE_WORDS.get(reason, reason)} (--why NCT explains each)."


def _row_lines(place: int, result: MatchResult, study: Study, profile: Profile, lang: str) -> Iterator[str]:
    yield f"{place:>3}. {study.nct_id}  {verdict_words(result.verdict, lang).upper()}"
    yield _indented(study.brief_title)
    if study.starter is not None:
        yield _indented(study.starter.note)
    phases = "/".join(phase.removeprefix("PHASE") for phase in study.phases)
    facts = [
        status_words(study.overall_status, lang),
        f"phase {phases}" if phases else "",
        site_words(study, profile),
    ]
    yield _indented("; ".join(fact for fact in facts if fact))
    for criterion in deciding(result):
        yield _indented(f"{MARKS[criterion.value]} {criterion_sentence(criterion, lang)}")
        for quote in telling_quotes(criterion, eligibility_of(study))[:2]:
            yield _indented(f"“{shorten(quote.text, LONGEST_QUOTE, placeholder=' …')}”", 8)


def deciding(result: MatchResult) -> list[Criterion]:
    """What made the verdict: its fails, or else what it says of the CNS."""
    fails = [one for one in result.criteria if one.value is CriterionValue.FAILS]
    return fails or [one for one in result.criteria if one.id in CNS]


def site_words(study: Study, profile: Profile) -> str:
    """The nearest open site and how far it is."""
    near = next(iter(nearest_open_sites(study, profile)), None)
    if near is None:
        return "no open site listed"
    where = near.site.city or near.site.country or near.site.facility or "place not given"
    distance = "distance not known" if near.km is None else f"about {distance_words(near.km)}"
    return (
        f"open in {where}, {distance}"
        if near.km is not None or profile.place or profile.lat
        else f"open in {where}"
    )


def explanation_lines(result: MatchResult, study: Study, profile: Profile, lang: str = "en") -> Iterator[str]:
    """One trial in full: every criterion with its rule, its sentence and what would have to change."""
    yield f"{study.nct_id}  {study.brief_title}"
    if result.gate_reason is not None:
        yield f"Not on the list: {GATE_WORDS.get(result.gate_reason, result.gate_reason)}."
    yield f"{verdict_words(result.verdict, lang)}. {site_words(study, profile)}."
    for criterion in result.criteria:
        yield f"{MARKS[criterion.value]} {criterion.id:<20} {criterion_sentence(criterion, lang)}"
        if criterion.change is not None and criterion.value is CriterionValue.FAILS:
            yield _indented(change_sentence(criterion.change, lang), 23)
        for quote in criterion.quotes:
            yield _indented(f"“{quote.text.strip()}”", 23)
        yield f"{'':23}[{criterion.reason}]"
    if result.flags:
        yield f"Flags: {', '.join(result.flags)}"
    yield say("sheet.not_advice", lang)


def comparison_lines(comparison: Comparison, lang: str = "en") -> Iterator[str]:
    """Trials side by side: one line a criterion, one cell a trial."""
    width = 22
    cells = [one.nct_id for one in comparison.results]
    yield _table_row("", cells, width)
    yield _table_row("verdict", [verdict_words(one.verdict, lang) for one in comparison.results], width)
    for criterion, values in comparison.rows:
        yield _table_row(criterion, [_cell(value) for value in values], width)


def _cell(criterion: Criterion | None) -> str:
    if criterion is None:
        return "."
    asked = f" ({criterion.requirement})" if criterion.requirement else ""
    return f"{MARKS[criterion.value]} {criterion.value}{asked}"


def _table_row(name: str, cells: Sequence[str], width: int) -> str:
    cut = [shorten(cell, width, placeholder="…") for cell in cells]
    return f"{name:<20} " + " ".join(f"{cell:<{width}}" for cell in cut).rstrip()


def _indented(text: str, by: int = 5) -> str:
    return fill(text, WIDTH, initial_indent=" " * by, subsequent_indent=" " * by)


COLUMNS = (
    "rank",
    "nct_id",
    "verdict",
    "title",
    "status",
    "phases",
    "nearest_open_km",
    "has_open_site",
    "brm",
    "brm_quote",
    "lmd",
    "lmd_quote",
    "fails",
    "flags",
)


def page_csv(page: MatchPage, study_of: StudyOf) -> str:
    """The whole list as CSV with a header; cells that a spreadsheet would run are made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for rank, result in enumerate(page.results, 1):
        study = study_of(result.nct_id)
        brm, lmd = (result.criterion(one) for one in CNS)
        row = (
            rank,
            result.nct_id,
            result.verdict,
            study.brief_title,
            study.overall_status,
            "/".join(study.phases),
            "" if result.nearest_open_km is None else round(result.nearest_open_km),
            result.has_open_site,
            "" if brm is None else brm.value,
            _quoted(brm, study),
            "" if lmd is None else lmd.value,
            _quoted(lmd, study),
            " ".join(one.id for one in result.criteria if one.value is CriterionValue.FAILS),
            " ".join(result.flags),
        )
        writer.writerow([safe_cell(str(cell)) for cell in row])
    return out.getvalue()


def _quoted(criterion: Criterion | None, study: Study) -> str:
    if criterion is None:
        return ""
    return " // ".join(quote.text for quote in telling_quotes(criterion, eligibility_of(study)))
