"""Which fields of our forms are shown only when another field says so (C1 to C10, cohort.md section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.cohort.model import Entity

_SURGERY = ("surgery_gtr", "surgery_str", "biopsy", "litt")


@dataclass(frozen=True, slots=True)
class Shown:
    """A field is shown if `by` has one of `codes` (`unless`: none), or one of `filled` has a value."""

    by: str = ""
    codes: tuple[str, ...] = ()
    unless: bool = False
    filled: tuple[str, ...] = ()


_BEVACIZUMAB = Shown("kind", ("bevacizumab_rn",))
_RADIOTHERAPY = Shown("modality", _SURGERY, unless=True)
SHOWN: dict[tuple[str, str], Shown] = {
    ("Biomarker", "unit"): Shown(filled=("value",)),
    ("BrainLesion", "parent_lesion_id"): Shown("origin", ("recurrence", "resection_cavity")),
    ("LocalTherapyCourse", "single_isocentre"): _RADIOTHERAPY,
    ("LocalTherapyCourse", "total_dose_gy"): _RADIOTHERAPY,
    ("LocalTherapyCourse", "fractions"): _RADIOTHERAPY,
    ("LocalTherapyCourse", "boost_simultaneous"): _RADIOTHERAPY,
    ("CourseLesion", "brain_minus_gtv"): Shown(
        filled=("v10_cm3", "v12_cm3", "v18_cm3", "v20_cm3", "v24_cm3")
    ),
    ("CourseLesion", "resection_extent"): Shown("cavity", ("yes",)),
    ("SupportiveCourse", "dose_mg_day"): Shown("kind", ("dexamethasone",)),
    ("SupportiveCourse", "dose_mg_kg"): _BEVACIZUMAB,
    ("SupportiveCourse", "interval_days"): _BEVACIZUMAB,
    ("SupportiveCourse", "cycles"): _BEVACIZUMAB,
    ("SupportiveCourse", "are_id"): _BEVACIZUMAB,
    ("SupportiveCourse", "toxicity"): _BEVACIZUMAB,
    ("AdverseRadiationEffect", "attributed_course_id"): Shown("certainty", ("confirmed", "probable")),
    ("ProgressionEvent", "lesion_id"): Shown("kind", ("local",)),
}


def branching_logic(entity: Entity, name: str) -> str:
    """The logic in REDCap's words that shows a field; "" where it is always shown."""
    shown = SHOWN.get((entity.name, name))
    if shown is None:
        return ""
    if shown.filled:
        return " or ".join(f"[{entity.field(one).redcap_name}] <> ''" for one in shown.filled)
    by = entity.field(shown.by)
    codes = {code.name: code.redcap for code in by.codes}
    sign, joint = ("<>", " and ") if shown.unless else ("=", " or ")
    return joint.join(f"[{by.redcap_name}] {sign} '{codes[one]}'" for one in shown.codes)
