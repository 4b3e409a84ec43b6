"""Words for a snapshot's account of itself: kinds of fault, and what its date is the date of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara.trials.ingest.report import DataDateBasis
from cimara.trials.issue import IssueCode

FAULT_WORDS: dict[IssueCode, Any] = {
    IssueCode.NOT_JSON: _("The record is not JSON."),
    IssueCode.NOT_XML: _("The record is not XML."),
    IssueCode.TRUNCATED: _("The file breaks off within the record."),
    IssueCode.NO_NCT_ID: _("The record has no registry number."),
    IssueCode.NO_CRITERIA: _("The record does not say who may join."),
    IssueCode.WRONG_TYPE: _("A field holds another kind of value than it should. It was left out."),
    IssueCode.NULL_VALUE: _("A field is there but empty. It was read as missing."),
    IssueCode.UNKNOWN_WORD: _(
        "A word is not one of the registry’s own. It was read as the closest one, or left out."
    ),
    IssueCode.EMPTY_PHASES: _("The list of phases is empty. The study counts as one without a phase."),
    IssueCode.TWO_PHASES: _("The study has two phases. Each of them finds it."),
    IssueCode.PARTIAL_DATE: _("A date has no day. It stays a month."),
    IssueCode.BAD_DATE: _("A date can’t be read. It was left out."),
    IssueCode.BAD_AGE: _("An age can’t be read. It was left out."),
    IssueCode.AGE_UNIT: _("An age is given in weeks, months or days. It was kept as days."),
    IssueCode.SITE_STATUS_DIFFERS: _("Some sites have another status than their study."),
    IssueCode.DUPLICATE: _("The study came in more than one record. The best one was kept."),
    IssueCode.DANGLING: _("A part of the record points to a part that is not there."),
}
DATE_WORDS: dict[str, Any] = {
    DataDateBasis.VERSION_HOLDER: _("the registry’s own mark on the records"),
    DataDateBasis.API_TIMESTAMP: _("the registry’s own time stamp when we asked"),
    DataDateBasis.LAST_UPDATE: _("the latest update of any record"),
    DataDateBasis.FILE_DATE: _("the date of the file"),
    DataDateBasis.UNKNOWN: _("nothing tells it"),
}
