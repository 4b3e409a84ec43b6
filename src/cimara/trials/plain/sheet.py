"""The sheet for the doctor: up to five studies, the record's own words, open points and questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from html import escape
from importlib.resources import files

from cimara.terms.errors import CimaraError
from cimara.terms.ids import NctId
from cimara.trials.matching.profile import Profile
from cimara.trials.plain.language import Language, date_words, first_day
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.questions import questions_about, questions_always
from cimara.trials.plain.sheet_room import LEVELS, Shown, print_size
from cimara.trials.plain.sheet_study import study_block
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult

MOST_STUDIES = 5
NOTE_LINES = 4
OLD_DAYS = 60
"""Age of the records in days: from here on they may be out of date (trials.md §5.1)."""


class SheetError(CimaraError):
    """Studies from which no sheet can be made."""


def sheet_html(
    results: Sequence[MatchResult],
    studies: Iterable[Study],
    lang: str,
    data_date: str | None,
    as_of: date,
    *,
    profile: Profile | None = None,
    miles: bool = False,
) -> str:
    """The sheet as markup with classes and no style, script or title, to stand inside a page.

    Parameters
    ----------
    results
        One to five results, in the order in which they shall stand.
    studies
        The studies of these results, in any order.
    lang
        `en` or `es`.
    data_date
        ISO date of the registry records, or None when it isn't known.
    as_of
        The day on which the sheet is made.
    profile
        Only for where distances start; nothing else of it is on the sheet. Without it none are shown.
    miles
        Distances in miles instead of kilometres.

    Raises
    ------
    SheetError
        Without a result, with more than five, or when a result's study isn't given.
    """
    language = Language.of(lang)
    pairs = _paired(results, studies)
    body, size = "", None
    for brevity in LEVELS:
        shown = Shown(lang=language, as_of=as_of, profile=profile, miles=miles, brevity=brevity)
        blocks = (study_block(i, result, study, shown) for i, (result, study) in enumerate(pairs, 1))
        asks = _questions(results, language, brevity.questions)
        body = "".join((_head(language, data_date, as_of), *blocks, asks, _notes(language)))
        size = print_size(body)
        if size:
            break
    return f'<article class="sheet sheet-{size or "small"}" lang="{language}">\n{body}</article>\n'


def standalone_sheet(
    results: Sequence[MatchResult],
    studies: Iterable[Study],
    lang: str,
    data_date: str | None,
    as_of: date,
    *,
    profile: Profile | None = None,
    miles: bool = False,
) -> str:
    """The sheet as a whole HTML page with its own style, for a file; arguments as for `sheet_html`."""
    language = Language.of(lang)
    body = sheet_html(results, studies, language, data_date, as_of, profile=profile, miles=miles)
    style = files(__package__).joinpath("sheet.css").read_text("utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(say('sheet.title', language))}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _paired(
    results: Sequence[MatchResult], studies: Iterable[Study]
) -> tuple[tuple[MatchResult, Study], ...]:
    if not 1 <= len(results) <= MOST_STUDIES:
        raise SheetError(f"{len(results)} studies chosen", where="sheet", expected=f"1 to {MOST_STUDIES}")
    known: dict[NctId, Study] = {study.nct_id: study for study in studies}
    missing = [result.nct_id for result in results if result.nct_id not in known]
    if missing:
        raise SheetError(f"no record given for {', '.join(missing)}", where="sheet")
    return tuple((result, known[result.nct_id]) for result in results)


def _head(lang: Language, data_date: str | None, as_of: date) -> str:
    made = say("sheet.made_on", lang, date=date_words(as_of, lang))
    dates = " ".join((made, *_data_date(lang, data_date, as_of)))
    return (
        '<header class="sheet-head">\n'
        f'<h1 class="sheet-title">{escape(say("sheet.title", lang))}</h1>\n'
        f'<p class="sheet-lead">{escape(say("sheet.lead", lang))}</p>\n'
        f'<p class="sheet-advice"><strong>{escape(say("sheet.not_advice", lang))}</strong></p>\n'
        f'<p class="sheet-emergency">{escape(say("sheet.emergency", lang))}</p>\n'
        f'<p class="sheet-dates">{escape(dates)}</p>\n'
        "</header>\n"
    )


def _data_date(lang: Language, data_date: str | None, as_of: date) -> Iterator[str]:
    if data_date is None:
        yield say("sheet.data_date_unknown", lang)
        return
    yield say("sheet.data_date", lang, date=date_words(data_date, lang))
    if as_of - first_day(data_date) > timedelta(days=OLD_DAYS):
        yield say("sheet.data_old", lang)


def _questions(results: Sequence[MatchResult], lang: Language, most: int) -> str:
    """Questions over all studies, each once with the numbers of its studies, then those that always help."""
    numbers: dict[str, list[int]] = {}
    for number, result in enumerate(results, 1):
        for question in questions_about(result.criteria, lang):
            numbers.setdefault(question, []).append(number)
    asked = sorted(numbers.items(), key=lambda item: -len(item[1]))
    items = [_question(text, of, lang) for text, of in asked[:most]]
    items += [_question(text, [], lang) for text in questions_always(lang)]
    note = say("sheet.question_numbers", lang) if numbers else ""
    more = say("sheet.more_questions", lang) if len(asked) > most else ""
    closing = " ".join(text for text in (note, more) if text)
    return (
        '<section class="sheet-questions" aria-labelledby="sheet-questions">\n'
        f'<h2 id="sheet-questions">{escape(say("sheet.questions", lang))}</h2>\n'
        f'<ul class="sheet-asks">\n{"".join(items)}</ul>\n'
        + (f'<p class="sheet-note">{escape(closing)}</p>\n' if closing else "")
        + "</section>\n"
    )


def _question(text: str, numbers: Sequence[int], lang: Language) -> str:
    about = f' <span class="sheet-about">({", ".join(map(str, numbers))})</span>' if numbers else ""
    return f"<li>{escape(text)}{about}</li>\n"


def _notes(lang: Language) -> str:
    """Empty lines to write on at the visit."""
    lines = '<div class="sheet-line"></div>\n' * NOTE_LINES
    return (
        '<section class="sheet-notes" aria-labelledby="sheet-notes">\n'
        f'<h2 id="sheet-notes">{escape(say("sheet.notes", lang))}</h2>\n{lines}</section>\n'
    )
