"""A study, its sites, what they sent, and what was found. No patient's row: hashes and counts."""

from cimara_web.studies.models.analysis import Analysis, AnalysisSignature, Report
from cimara_web.studies.models.paper import Milestone, StudyDocument
from cimara_web.studies.models.site import Agreement, EthicsReview, StudySite
from cimara_web.studies.models.study import Proposal, Study
from cimara_web.studies.models.submission import SiteCompleteness, Submission

__all__ = [
    "Agreement",
    "Analysis",
    "AnalysisSignature",
    "EthicsReview",
    "Milestone",
    "Proposal",
    "Report",
    "SiteCompleteness",
    "Study",
    "StudyDocument",
    "StudySite",
    "Submission",
]
