"""The facts of one person's CNS disease, steroids and tumour genes; unknown is None, "none" is a value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cimara.terms.cns import DISEASE_STATES, CnsState
from cimara.trials.matching.profile_error import ProfileError, ProfileFault
from cimara.trials.matching.reading import (
    Kind,
    Never,
    check_fields,
    covered,
    day,
    day_or_never,
    flag,
    number,
    several,
    text,
    whole,
    word,
)


class Lmd(StrEnum):
    """What is known of leptomeningeal disease."""

    NO = "no"
    SUSPECTED = "suspected"
    IMAGING = "imaging"
    CSF_POSITIVE = "csf_positive"

    @property
    def present(self) -> bool:
        """True when imaging or cerebrospinal fluid shows it."""
        return self in (Lmd.IMAGING, Lmd.CSF_POSITIVE)


class LmdState(StrEnum):
    """How leptomeningeal disease is doing."""

    STABLE = "stable"
    ACTIVE = "active"
    SYMPTOMATIC = "symptomatic"


class Symptoms(StrEnum):
    """Symptoms of the brain metastases themselves."""

    NONE = "none"
    STABLE = "stable"
    """Left from before, not getting worse."""
    NEW_OR_WORSE = "new_or_worse"
    URGENT = "urgent"


class Seizures(StrEnum):
    """Seizures, with or without treatment."""

    NONE = "none"
    CONTROLLED = "controlled"
    UNCONTROLLED = "uncontrolled"


class ScanModality(StrEnum):
    """How the brain was last imaged."""

    MRI = "mri"
    CT = "ct"
    PET = "pet"


class BrainPlace(StrEnum):
    """Places of a lesion that trials' rules name; words as in `CnsFields.excluded_places`."""

    BRAINSTEM = "brainstem"
    OPTIC_PATHWAY = "optic_pathway"
    ELOQUENT = "eloquent"
    DURAL = "dural"
    POSTERIOR_FOSSA = "posterior_fossa"


class SteroidDrug(StrEnum):
    """The corticosteroid taken now; doses are never converted between them."""

    NONE = "none"
    DEXAMETHASONE = "dexamethasone"
    PREDNISONE = "prednisone"
    PREDNISOLONE = "prednisolone"
    METHYLPREDNISOLONE = "methylprednisolone"
    HYDROCORTISONE = "hydrocortisone"
    OTHER = "other"


class Trend(StrEnum):
    """How the steroid dose has moved of late."""

    STABLE = "stable"
    TAPERING = "tapering"
    INCREASING = "increasing"


STEROID_KINDS: dict[str, Kind] = {
    "drug": word(SteroidDrug),
    "mg_per_day": number(0, 2000),
    "trend": word(Trend),
    "last_dose": day_or_never(),
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Steroids:
    """Corticosteroids now: `mg_per_day` in milligrams of that drug; `last_dose` once they were stopped."""

    drug: SteroidDrug | None = None
    mg_per_day: float | None = None
    trend: Trend | None = None
    last_dose: date | Never | None = None

    __repr__ = covered

    def __post_init__(self) -> None:
        check_fields(self, STEROID_KINDS)
        if self.drug is SteroidDrug.NONE and self.mg_per_day:
            raise _contradiction("mg_per_day", "no dose, or 0, when the drug is none")
        if self.drug not in (None, SteroidDrug.NONE) and self.mg_per_day == 0:
            raise _contradiction("mg_per_day", "more than 0 when a drug is named; the drug none when off it")
        if self.drug not in (None, SteroidDrug.NONE) and self.last_dose is Never.NEVER:
            raise _contradiction("last_dose", "a date or nothing while a drug is taken")


BIOMARKER_KINDS: dict[str, Kind] = {
    "gene": text(30, r"[A-Za-z0-9][A-Za-z0-9 /+-]*", "a gene or protein such as EGFR, at most 30 characters"),
    "result": text(60),
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Biomarker:
    """One tested gene or protein, with its result in the report's words."""

    gene: str
    result: str | None = None

    __repr__ = covered

    def __post_init__(self) -> None:
        check_fields(self, BIOMARKER_KINDS)


_LONGEST_MM = 250
CNS_KINDS: dict[str, Kind] = {
    "state": word(CnsState),
    "brm_present": flag(),
    "lesion_count": whole(0, 500),
    "largest_mm": number(0, _LONGEST_MM),
    "largest_untreated_mm": number(0, _LONGEST_MM),
    "places": several(word(BrainPlace), 10),
    "last_srs": day_or_never(),
    "last_wbrt": day_or_never(),
    "last_surgery": day_or_never(),
    "last_brain_rt": day_or_never(),
    "had_wbrt": flag(),
    "stable_since": day(),
    "last_brain_scan": day_or_never(),
    "scan_modality": word(ScanModality),
    "symptoms": word(Symptoms),
    "seizures": word(Seizures),
    "haemorrhage": flag(),
    "lmd": word(Lmd),
    "lmd_state": word(LmdState),
}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CnsFacts:
    """What is known of brain metastases and leptomeningeal disease.

    `brm_present` is for people whose metastases are known of, but not their state. Lengths in
    millimetres. `largest_untreated_mm` 0 means that no lesion is untreated. `last_brain_rt`
    is radiotherapy of the brain of which it isn't known whether it was SRS or WBRT. `places` empty
    means that no lesion lies in a named place.
    """

    state: CnsState | None = None
    brm_present: bool | None = None
    lesion_count: int | None = None
    largest_mm: float | None = None
    largest_untreated_mm: float | None = None
    places: tuple[BrainPlace, ...] | None = None
    last_srs: date | Never | None = None
    last_wbrt: date | Never | None = None
    last_surgery: date | Never | None = None
    last_brain_rt: date | Never | None = None
    had_wbrt: bool | None = None
    stable_since: date | None = None
    last_brain_scan: date | Never | None = None
    scan_modality: ScanModality | None = None
    symptoms: Symptoms | None = None
    seizures: Seizures | None = None
    haemorrhage: bool | None = None
    lmd: Lmd | None = None
    lmd_state: LmdState | None = None

    __repr__ = covered

    def __post_init__(self) -> None:
        check_fields(self, CNS_KINDS)
        self._check_lengths()
        self._check_wbrt()
        if self.lmd is Lmd.NO and self.lmd_state is not None:
            raise _contradiction("lmd_state", "nothing when there is no leptomeningeal disease")
        left = states_left_by_facts(self)
        if not left:
            raise _contradiction(
                "brm_present", "true when there are lesions, or symptoms or treatment of them"
            )
        if self.state is not None and self.state not in left:
            raise _contradiction("state", "a state that the lesions, symptoms and treatments given allow")

    def _check_lengths(self) -> None:
        untreated, largest = self.largest_untreated_mm, self.largest_mm
        if untreated is not None and largest is not None and untreated > largest:
            raise _contradiction("largest_untreated_mm", "at most the largest lesion")
        if self.lesion_count == 0 and (untreated or largest):
            raise _contradiction("lesion_count", "at least 1 when a lesion has a size")

    def _check_wbrt(self) -> None:
        if self.had_wbrt is False and isinstance(self.last_wbrt, date):
            raise _contradiction("had_wbrt", "true when whole-brain radiotherapy has a date")
        if self.had_wbrt and self.last_wbrt is Never.NEVER:
            raise _contradiction("had_wbrt", "false when whole-brain radiotherapy never took place")
        if self.last_brain_rt is Never.NEVER and (
            self.had_wbrt or isinstance(self.last_wbrt, date) or isinstance(self.last_srs, date)
        ):
            raise _contradiction("last_brain_rt", "not none when SRS or WBRT took place")


def states_left_by_facts(facts: CnsFacts) -> frozenset[CnsState]:
    """The states that the facts leave open, the given state aside; each fact can only take states away.

    Only what follows from a state's meaning is taken away (trials.md §7.1); the rest stays open. WBRT
    alone doesn't show brain metastases, since it is given as prophylaxis in small cell lung cancer.
    """
    gone: set[CnsState] = set()
    if _lesions_shown(facts):
        gone.add(CnsState.NONE_KNOWN)
    if facts.brm_present is False:
        gone |= set(DISEASE_STATES)
    if facts.symptoms in (Symptoms.NONE, Symptoms.STABLE):
        gone.add(CnsState.SYMPTOMATIC)
    if facts.symptoms in (Symptoms.NEW_OR_WORSE, Symptoms.URGENT):
        gone |= {
            CnsState.TREATED_STABLE,
            CnsState.UNTREATED_ASYMPTOMATIC,
            CnsState.PROGRESSING_AFTER_LOCAL,
        }
    if facts.largest_untreated_mm:
        gone.add(CnsState.TREATED_STABLE)
    if facts.largest_untreated_mm == 0:
        gone.add(CnsState.UNTREATED_ASYMPTOMATIC)
    if facts.stable_since is not None:
        gone.add(CnsState.PROGRESSING_AFTER_LOCAL)
    return frozenset(CnsState) - gone


def _lesions_shown(facts: CnsFacts) -> bool:
    return bool(
        facts.brm_present
        or facts.lesion_count
        or facts.largest_mm
        or facts.largest_untreated_mm
        or facts.places
        or isinstance(facts.last_srs, date)
        or isinstance(facts.last_surgery, date)
    )


def possible_states(facts: CnsFacts) -> frozenset[CnsState]:
    """The states that the person may be in: the given one, else all that the facts leave open."""
    return frozenset({facts.state}) if facts.state is not None else states_left_by_facts(facts)


def _contradiction(field: str, allowed: str) -> ProfileError:
    return ProfileError(field, allowed, ProfileFault.CONTRADICTION)
