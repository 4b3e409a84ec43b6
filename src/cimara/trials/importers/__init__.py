"""Readers of registry forms; each yields a study and the issues found in its record."""

from __future__ import annotations

from cimara.trials.importers.api_v2 import descriptions_of_record, study_from_record
from cimara.trials.importers.cts import descriptions_of_trial, study_from_trial
from cimara.trials.importers.xml import descriptions_of_xml, study_from_xml
from cimara.trials.issue import Issue
from cimara.trials.study import SourceForm, Study

_STUDY_READERS = {
    SourceForm.API_V2: study_from_record,
    SourceForm.XML: study_from_xml,
    SourceForm.CTS: study_from_trial,
}
_DESCRIPTION_READERS = {
    SourceForm.API_V2: descriptions_of_record,
    SourceForm.XML: descriptions_of_xml,
    SourceForm.CTS: descriptions_of_trial,
}


def read_study(form: SourceForm, raw: bytes) -> tuple[Study, list[Issue]]:
    """The study of a record of any form, with the faults found in it.

    Raises
    ------
    cimara.trials.importers.rejection.RejectedRecordError
        When the record can't become a study.
    """
    return _STUDY_READERS[form](raw)


def descriptions(form: SourceForm, raw: bytes) -> tuple[str | None, str | None]:
    """Brief summary and detailed description of a record that was read before."""
    return _DESCRIPTION_READERS[form](raw)
