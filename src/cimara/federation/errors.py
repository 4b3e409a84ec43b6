"""What can go wrong in a federated job: a stable code, its cause in one line, and what to do."""

from __future__ import annotations

from enum import StrEnum

from cimara.terms.errors import CimaraError


class Code(StrEnum):
    """Codes of refusals and faults; the number never changes its meaning.

    100s: the order and who sent it; 200s: what a site checks before it answers; 300s: what is checked of the
    sum; 400s: masks and messages; 500s: sites, servers and transports; 600s: data and estimation.
    """

    UNKNOWN_STUDY = "FED-101"
    ALTERED_STUDY = "FED-102"
    UNSIGNED_STUDY = "FED-103"
    EXPIRED_STUDY = "FED-104"
    UNKNOWN_ANALYSIS = "FED-105"
    UNKNOWN_SENDER = "FED-106"
    BROKEN_SIGNATURE = "FED-107"
    NOT_A_MEMBER = "FED-108"
    STOPPED_BY_SITE = "FED-109"
    CLOCK = "FED-110"
    TOO_FEW_PATIENTS = "FED-201"
    TOO_FEW_EVENTS = "FED-202"
    SMALL_LEVEL = "FED-203"
    OUTSIDE_TRUST_REGION = "FED-204"
    NOT_THE_NEXT_STEP = "FED-205"
    TOO_MANY_ROUNDS = "FED-206"
    TOO_MANY_JOBS = "FED-207"
    OTHER_GRID = "FED-208"
    EVENT_TIMES = "FED-209"
    WRONG_SHAPE = "FED-210"
    DIFFERENCING = "FED-211"
    OTHER_DATA_VERSION = "FED-212"
    OTHER_DATA_MODEL = "FED-213"
    PLAIN_SUMS = "FED-214"
    LOOSENED_POLICY = "FED-215"
    NOT_RELEASED = "FED-216"
    FOREIGN_CODE = "FED-217"
    BAD_LEDGER = "FED-218"
    TOO_FEW_SITES = "FED-301"
    FEW_EVENTS_IN_ALL = "FED-302"
    TOO_MANY_PARAMETERS = "FED-303"
    SMALL_LEVEL_IN_ALL = "FED-304"
    SMALL_CELLS = "FED-305"
    FIXED_POINT_RANGE = "FED-401"
    USED_ROUND = "FED-402"
    OTHER_ROSTER = "FED-403"
    FOREIGN_KEY = "FED-404"
    BROKEN_MESSAGE = "FED-405"
    TOO_LARGE = "FED-406"
    UNKNOWN_SCHEMA = "FED-407"
    OLD_ROUND = "FED-408"
    SITE_LOST = "FED-501"
    SERVER_LOST = "FED-502"
    CERTIFICATE = "FED-503"
    NO_ANSWER = "FED-504"
    WAITS_FOR_STEWARD = "FED-505"
    BAD_KIT = "FED-506"
    OTHER_COORDINATOR = "FED-507"
    BAD_TABLE = "FED-601"
    NOT_ESTIMABLE = "FED-602"
    UNIT_MISMATCH = "FED-603"
    PROGRAM = "FED-699"


class FederationError(CimaraError):
    """A refusal or a fault of a job, with its code. Neither text ever holds a patient's value or id."""

    def __init__(
        self,
        code: Code,
        problem: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.code = code
        super().__init__(problem, where=where, expected=expected, hint=hint)

    def __str__(self) -> str:
        return f"{self.code} {super().__str__()}"
