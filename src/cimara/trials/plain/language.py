"""The languages that we write for people in, with dates and distances in their words."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from cimara.terms.errors import CimaraError
from cimara.terms.units import KM_PER_MILE


class LanguageError(CimaraError):
    """A language that our plain words don't have."""


class Language(StrEnum):
    """English and Spanish, both complete."""

    EN = "en"
    ES = "es"

    @classmethod
    def of(cls, lang: str) -> Language:
        """The language of a code such as `en`, `es` or `es-MX`.

        Raises
        ------
        LanguageError
            When we have no words in that language.
        """
        code = lang.lower().replace("_", "-").split("-")[0]
        if code not in set(cls):
            raise LanguageError("no plain words in this language", where="lang", expected=" or ".join(cls))
        return cls(code)


# fmt: off
MONTHS = {
    Language.EN: ("January", "February", "March", "April", "May", "June", "July", "August", "September",
                  "October", "November", "December"),
    Language.ES: ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
                  "octubre", "noviembre", "diciembre"),
}
# fmt: on


def date_words(day: date | str, lang: str) -> str:
    """A date as people write it: `8 March 2026`, `8 de marzo de 2026`.

    A partial ISO date stays partial: `2026-03` is `March 2026`, `2026` is `2026`.

    Raises
    ------
    ValueError
        When the text isn't an ISO date.
    """
    language = Language.of(lang)
    year, month, day_of_month = _parts(day.isoformat() if isinstance(day, date) else day)
    named = [] if month is None else [MONTHS[language][month - 1]]
    numbered = [] if day_of_month is None else [str(day_of_month)]
    joiner = " de " if language is Language.ES else " "
    return joiner.join([*numbered, *named, str(year)])


def first_day(iso: str) -> date:
    """The first day that an ISO date, partial or not, may mean."""
    year, month, day_of_month = _parts(iso)
    return date(year, month or 1, day_of_month or 1)


def distance_words(km: float, *, miles: bool = False) -> str:
    """A distance, whole below 10, then in steps of 5, from 100 in steps of 10 (portal.md §3.1)."""
    length = km / KM_PER_MILE if miles else km
    step = 1 if length < 10 else 5 if length < 100 else 10
    return f"{max(1, step * round(length / step))} {'mi' if miles else 'km'}"


def _parts(iso: str) -> tuple[int, int | None, int | None]:
    """Year, month and day of an ISO date; month and day may be absent."""
    pieces = iso[:10].split("-")
    whole = date.fromisoformat("-".join([*pieces, "01", "01"][:3]))
    return whole.year, whole.month if len(pieces) > 1 else None, whole.day if len(pieces) > 2 else None
