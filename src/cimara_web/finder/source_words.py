"""Where counted numbers come from, as one sentence in the language in use: data date, copy, credit."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cimara.trials.atlas import Provenance
from cimara.trials.plain import date_words

HASH_LENGTH = 16


def source_sentence(source: Provenance) -> str:
    """For the foot of a figure and under a table; the credit is the registry's own, in English."""
    day = date_words(source.data_date, get_language() or "en") if source.data_date else _("an unknown date")
    said = _("Study records of %(day)s, copy %(hash)s.") % {
        "day": day,
        "hash": (source.content_hash or "")[:HASH_LENGTH],
    }
    credit = source.attribution.rstrip(".") + "." if source.attribution else ""
    sample = _("Some are sample records in our own words.") if source.starter_note else ""
    return " ".join(filter(None, (said, sample, credit)))
