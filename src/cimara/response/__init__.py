"""Response assessment for brain and leptomeningeal metastases, with a reason on every row."""

from cimara.response.audit import AuditReport, audit
from cimara.response.compartments import derive_compartments
from cimara.response.criteria.measurability import TargetSelection, measurable
from cimara.response.explain import explain
from cimara.response.model import INVESTIGATOR, Patient, Study
from cimara.response.policy import Policy
from cimara.response.reference import derive
from cimara.response.results import ResultTables
from cimara.response.rows import PatientResult, TimepointRow
from cimara.response.selection import select_targets
from cimara.response.study import derive_study

__all__ = [
    "INVESTIGATOR",
    "AuditReport",
    "Patient",
    "PatientResult",
    "Policy",
    "ResultTables",
    "Study",
    "TargetSelection",
    "TimepointRow",
    "audit",
    "derive",
    "derive_compartments",
    "derive_study",
    "explain",
    "measurable",
    "select_targets",
]
