"""How large, how long and how untidy a made-up study is."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cimara.terms.errors import CimaraError

MOST_VISITS = 60


class SynthError(CimaraError):
    """A made-up study was asked for that can't be made."""


@dataclass(frozen=True, slots=True)
class Untidiness:
    """How often, from 0 to 1, each thing happens that real studies have. All of it is invented.

    Rates are per visit (`missed_visit`, `partial_visit`, `clinical_missing`, `lm_form_incomplete`), per
    measurement (`not_evaluable`), per lesion (`equivocal_new`, `necrosis` of a treated one) or per patient
    (`merged`, `split`, `withdrawn`). Days of `jitter` move a visit either way. Merging, splitting, doubtful
    lesions and necrosis are part of the truth; the rest is only in what was recorded.
    """

    missed_visit: float = 0.0
    partial_visit: float = 0.0
    clinical_missing: float = 0.0
    lm_form_incomplete: float = 0.0
    not_evaluable: float = 0.0
    merged: float = 0.0
    split: float = 0.0
    equivocal_new: float = 0.0
    necrosis: float = 0.0
    withdrawn: float = 0.0
    jitter_days: int = 0
    reader_noise: int = 0
    """Largest error of a second reader's diameters, in tenths of a millimetre."""

    def __post_init__(self) -> None:
        for rate in (field.name for field in fields(self) if field.type == "float"):
            if not 0.0 <= getattr(self, rate) <= 1.0:
                raise SynthError("rate out of range", where=rate, expected="a number from 0 to 1")
        if not 0 <= self.jitter_days <= 21:
            raise SynthError("visits would overlap", where="jitter_days", expected="0 to 21 days")
        if self.reader_noise < 0:
            raise SynthError("negative error", where="reader_noise", expected="tenths of a mm, 0 or more")


TIDY = Untidiness()
"""Every visit kept to the day, everything seen and written down."""

USUAL = Untidiness(
    missed_visit=0.06,
    partial_visit=0.06,
    clinical_missing=0.05,
    lm_form_incomplete=0.15,
    not_evaluable=0.02,
    merged=0.05,
    split=0.05,
    equivocal_new=0.5,
    necrosis=0.15,
    withdrawn=0.05,
    jitter_days=6,
    reader_noise=10,
)
"""A well-run trial, by our own guess."""

MESSY = Untidiness(
    missed_visit=0.2,
    partial_visit=0.2,
    clinical_missing=0.3,
    lm_form_incomplete=0.44,
    not_evaluable=0.08,
    merged=0.2,
    split=0.2,
    equivocal_new=0.7,
    necrosis=0.4,
    withdrawn=0.1,
    jitter_days=18,
    reader_noise=30,
)
"""A retrospective cohort. 44 % of forms incomplete is what Le Rhun 2022 found; the rest is our own guess."""

UNTIDINESS = {"tidy": TIDY, "usual": USUAL, "messy": MESSY}


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """A made-up study: how many patients and visits, the seed, and how untidy.

    `readers` adds as many further evaluators (R1, R2 ...) to the investigator.
    """

    patients: int = 40
    seed: int = 1
    visits: int = 8
    every_days: int = 56
    readers: int = 0
    untidiness: Untidiness = USUAL

    def __post_init__(self) -> None:
        if not 1 <= self.patients <= 9999:
            raise SynthError("number of patients", where="patients", expected="1 to 9999 (see synth_arrays)")
        if self.seed < 0:
            raise SynthError("negative seed", where="seed", expected="0 or more")
        if not 1 <= self.visits <= MOST_VISITS:
            raise SynthError("number of visits", where="visits", expected=f"1 to {MOST_VISITS}")
        if self.every_days <= 2 * self.untidiness.jitter_days + 7:
            raise SynthError("visits would overlap", where="every_days", expected="a wider interval")
        if not 0 <= self.readers <= 3:
            raise SynthError("number of readers", where="readers", expected="0 to 3")

    @property
    def horizon(self) -> int:
        """Days from the baseline scan to the end of follow-up; half a year after the last planned visit."""
        return self.visits * self.every_days + 182
