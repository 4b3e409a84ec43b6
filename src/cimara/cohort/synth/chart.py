"""What every chart has, whatever the scenario: follow-up, state at the anchor, tumour genetics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.synth.day_laws import BoolArray, FloatArray, IntArray
from cimara.cohort.synth.draws import Texts, stream, whole_between
from cimara.cohort.synth.people import People, stored_age
from cimara.cohort.synth.sites import DemoSite


@dataclass(frozen=True, slots=True)
class Chart:
    """Facts of each patient that several tables are written from. Days count from the anchor.

    `origin` is the day on which the follow-up of the study begins, `course` that of the first radiosurgery,
    `neurologic` whether a death is from the brain, `positive` whether the tumour has the marker that matters
    for its prognosis (EGFR, BRAF, HER2), `hormone` whether it has hormone receptors.
    """

    seed: int
    study_id: str
    sites: tuple[DemoSite, ...]
    people: People
    origin: IntArray
    course: IntArray
    last_contact: IntArray
    last_imaging: IntArray
    died: BoolArray
    lost: BoolArray
    neurologic: BoolArray
    kps: IntArray
    extracranial: BoolArray
    positive: BoolArray
    hormone: BoolArray
    haemoglobin: FloatArray
    missing: bool

    @property
    def n(self) -> int:
        """How many patients."""
        return self.people.n

    @property
    def ids(self) -> Texts:
        """Ids of the patients."""
        return self.people.patient_id

    @property
    def age(self) -> tuple[IntArray, BoolArray]:
        """Age as it may be stored, and whether it is top-coded."""
        return stored_age(self.people.age, self.last_contact)

    def of_site(self, name: str) -> FloatArray:
        """A figure of the site of each patient."""
        return np.array([getattr(one, name) for one in self.sites])[self.people.site]

    def absent(self, part: str, share: FloatArray | float, n: int | None = None) -> BoolArray:
        """Cells that are left out, by a stream of their own; none where nothing is to be missing."""
        drawn = stream(self.seed, f"missing {part}").random(self.n if n is None else n)
        return np.asarray((drawn < share) & self.missing)

    def entered(self, owner: IntArray, table: str) -> dict[str, Texts]:
        """Source, curator and day of entry of rows of a table, whose patients are `owner`."""
        random = stream(self.seed, f"entry {table}")
        delay = whole_between(random, 10, 200, self.n)
        curators = np.array([f"curator-{one}" for one in range(1, 4)], dtype=object)
        return {
            "source": np.full(len(owner), "chart", dtype=object),
            "curator": curators[random.integers(0, 3, self.n)][owner],
            "entered_day": (self.last_contact + delay)[owner],
        }
