"""One study on the sheet: title, verdict, the points that decide in the record's words, what is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.plain.language import Language, date_words, first_day
from cimara.trials.plain.passage import passage
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.questions import may_change
from cimara.trials.plain.quotes import list_of
from cimara.trials.plain.sentences import change_sentence, criterion_sentence
from cimara.trials.plain.sheet_points import CNS, PointGroup, deciding_points, grouped, open_points
from cimara.trials.plain.sheet_room import Shown, shortened
from cimara.trials.plain.sheet_sites import site_lines
from cimara.trials.plain.words import status_words, verdict_words
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion, CriterionValue, MatchResult, Quote

STALE_DAYS = 730
"""A recruiting record not touched for two years may be out of date (trials.md §5.1)."""
RECORD_ADDRESS = "https://clinicaltrials.gov/study/"


def study_block(number: int, result: MatchResult, study: Study, shown: Shown) -> str:
    """One study as a section of the sheet; every text of the record is escaped and marked as English."""
    lang, brevity = shown.lang, shown.brevity
    heading = f"sheet-study-{number}"
    deciding = deciding_points(result)[: brevity.points]
    sites = site_lines(result, study, shown)
    parts = (
        f'<h2 id="{heading}" class="sheet-study-title">{number}. '
        f'<span lang="en">{escape(shortened(study.brief_title, brevity.title))}</span></h2>\n',
        _facts(study, lang, shown.as_of),
        _notices(study, lang),
        f'<p class="sheet-verdict sheet-verdict-{result.verdict}">'
        f"{escape(verdict_words(result.verdict, lang))}</p>\n",
        _points(deciding, study, shown),
        '<div class="sheet-beside">\n',
        _list("not_sure", _open_lines(result, deciding, shown), lang),
        _list("sites", sites, lang),
        "</div>\n",
    )
    return f'<section class="sheet-study" aria-labelledby="{heading}">\n{"".join(parts)}</section>\n'


def _facts(study: Study, lang: Language, as_of: date) -> str:
    """Number with a link to the record, status, and when the team last looked at it."""
    link = f'<a href="{RECORD_ADDRESS}{study.nct_id}" rel="noreferrer">{study.nct_id}</a>'
    words = f"{status_words(study.overall_status, lang)}. {_last_look(study, lang, as_of)}"
    return f'<p class="sheet-facts">{link}. {escape(words)}</p>\n'


def _last_look(study: Study, lang: Language, as_of: date) -> str:
    name, day = ("last_checked", study.verified) if study.verified else ("last_updated", study.last_updated)
    if day is None:
        return say("sheet.no_check_date", lang)
    said = say(f"sheet.{name}", lang, date=date_words(day, lang))
    stale = as_of - first_day(day) > timedelta(days=STALE_DAYS)
    return f"{said} {say('sheet.old_check', lang)}" if stale and _seems_open(study) else said


def _seems_open(study: Study) -> bool:
    return study.overall_status in (OverallStatus.RECRUITING, OverallStatus.NOT_YET_RECRUITING)


def _notices(study: Study, lang: Language) -> str:
    """What must be said before anything else: a starter record, a rule that isn't clear."""
    read = eligibility_of(study)
    unclear = read.brm_policy is BrmPolicy.UNCLEAR or read.lmd_policy is LmdPolicy.UNCLEAR
    names = [name for name, given in (("starter", study.starter), ("unclear", unclear)) if given]
    return "".join(f'<p class="sheet-notice">{escape(say(f"sheet.{name}", lang))}</p>\n' for name in names)


def _points(deciding: Sequence[Criterion], study: Study, shown: Shown) -> str:
    groups = grouped(deciding, study.criteria, eligibility_of(study), shown.brevity.items)
    items = "".join(_group(one, study, shown) for one in groups)
    return f'<ul class="sheet-points">\n{items}</ul>\n' if items else ""


def _group(group: PointGroup, study: Study, shown: Shown) -> str:
    """What some criteria mean, what would have to change, and the record's sentence or its silence."""
    said = "".join(f"<p>{escape(_said(one, shown.lang))}</p>" for one in group.criteria)
    words = "".join(_quote(quotes, study, shown) for quotes in group.items.values())
    if not words and group.criteria[0].id in CNS:
        words = f'<p class="sheet-silent">{escape(say("sheet.silent", shown.lang))}</p>'
    return f"<li>{said}{words}</li>\n"


def _said(criterion: Criterion, lang: Language) -> str:
    sentence = criterion_sentence(criterion, lang)
    if may_change(criterion) and criterion.change is not None:
        return f"{sentence} {change_sentence(criterion.change, lang)}"
    return sentence


def _quote(quotes: Sequence[Quote], study: Study, shown: Shown) -> str:
    found = passage(study.criteria, quotes, shown.brevity.quote)
    words = "".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.deciding else escape(piece.text)
        for piece in found.pieces
    )
    goes_on = f" {say('sheet.cut', shown.lang)}" if found.goes_on else ""
    return (
        f'<figure class="sheet-quote"><blockquote lang="en"><p>“{words}”</p></blockquote>'
        f"<figcaption>{escape(_source(quotes[0], study, shown.lang) + goes_on)}</figcaption></figure>"
    )


def _source(quote: Quote, study: Study, lang: Language) -> str:
    """Whose words these are, and whether they stand in the list of who can or of who can't join."""
    whose = "starter" if study.starter else "record"
    return say(f"sheet.from_{whose}_{list_of(quote, eligibility_of(study))}", lang)


def _open_lines(result: MatchResult, deciding: Sequence[Criterion], shown: Shown) -> list[str]:
    """What isn't sure yet, and how many points more there are than stand here."""
    points = open_points(result, deciding)
    said = list(dict.fromkeys(criterion_sentence(one, shown.lang) for one in points))
    most = shown.brevity.open_points
    fails = [one for one in result.criteria if one.value is CriterionValue.FAILS]
    left = max(0, len(said) - most) + sum(one not in deciding for one in fails)
    more = [say("sheet.more_points", shown.lang, count=str(left))] if left else []
    return said[:most] + more


def _list(name: str, lines: Sequence[str], lang: Language) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>\n" for line in lines)
    heading = escape(say(f"sheet.{name}", lang))
    return f'<div class="sheet-{name.replace("_", "-")}">\n<h3>{heading}</h3>\n<ul>\n{items}</ul>\n</div>\n'
