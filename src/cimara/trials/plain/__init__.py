"""Plain words for patients and carers: verdicts, criteria, questions, glossary, the sheet for the doctor."""

from cimara.trials.plain.glossary import Entry, glossary, reading_grade
from cimara.trials.plain.language import Language, LanguageError, date_words, distance_words
from cimara.trials.plain.questions import questions_for_doctor
from cimara.trials.plain.reading_level import is_easy
from cimara.trials.plain.sentences import change_sentence, criterion_sentence
from cimara.trials.plain.sheet import SheetError, sheet_html, standalone_sheet
from cimara.trials.plain.words import policy_sentence, status_words, verdict_words

__all__ = [
    "Entry",
    "Language",
    "LanguageError",
    "SheetError",
    "change_sentence",
    "criterion_sentence",
    "date_words",
    "distance_words",
    "glossary",
    "is_easy",
    "policy_sentence",
    "questions_for_doctor",
    "reading_grade",
    "sheet_html",
    "standalone_sheet",
    "status_words",
    "verdict_words",
]
