"""What can be wrong with a profile: the field, what it may hold and the kind of fault, never the value."""

from __future__ import annotations

from enum import StrEnum

from cimara.terms.errors import CimaraError


class ProfileFault(StrEnum):
    """Kinds of fault in a profile."""

    NOT_JSON = "not_json"
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_IN_VOCABULARY = "not_in_vocabulary"
    CONTRADICTION = "contradiction"


_PROBLEMS = {
    ProfileFault.NOT_JSON: "the profile can't be read as JSON",
    ProfileFault.MISSING: "this field is needed",
    ProfileFault.UNKNOWN_FIELD: "a profile has no such field",
    ProfileFault.WRONG_TYPE: "the value has the wrong type",
    ProfileFault.OUT_OF_RANGE: "the value is out of range",
    ProfileFault.NOT_IN_VOCABULARY: "the value isn't one of the allowed words",
    ProfileFault.CONTRADICTION: "two facts contradict each other",
}


class ProfileError(CimaraError):
    """A fact that can't be right.

    Attributes
    ----------
    field
        Name of the field, such as `cns.largest_mm`.
    allowed
        What the field may hold.
    kind
        The kind of fault. The value itself is never kept.
    """

    def __init__(self, field: str, allowed: str, kind: ProfileFault) -> None:
        self.field = field
        self.allowed = allowed
        self.kind = kind
        super().__init__(_PROBLEMS[kind], where=field or None, expected=allowed)

    def within(self, outer: str) -> ProfileError:
        """The same fault, with the name of the part of the profile in front."""
        return ProfileError(f"{outer}.{self.field}", self.allowed, self.kind)
