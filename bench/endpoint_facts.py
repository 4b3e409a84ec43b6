"""Made-up facts of many patients, twenty each, for the benchmark of endpoint derivation."""

from __future__ import annotations

from functools import partial

import numpy as np
import polars as pl

SEED = 11


def made_facts(patients: int) -> pl.DataFrame:
    """Twenty facts of each patient: days at random up to the end of a follow-up that death may have ended."""
    made = Maker(patients)
    made.lives()
    made.therapies()
    made.scans()
    made.lesion_events()
    made.tests()
    return made.frame()


class Maker:
    """Rows of facts, a column of patients at a time."""

    def __init__(self, patients: int) -> None:
        self.size = patients
        self.chance = np.random.default_rng(SEED)
        self.frames: list[pl.DataFrame] = []
        self.names = pl.Series(np.arange(patients)).cast(pl.String).str.zfill(7)
        self.begin = self.chance.integers(16_500, 18_500, patients)
        self.span = self.chance.integers(60, 1_400, patients)

    def any_day(self) -> np.ndarray:
        """A day after the start, within follow-up."""
        return (1 + self.chance.random(self.size) * self.span).astype(np.int64)

    def one_of(self, *texts: str, shares: list[float] | None = None) -> pl.Series:
        """One of the texts for each patient."""
        return pl.Series(texts).gather(self.chance.choice(len(texts), self.size, p=shares))

    def add(
        self,
        fact: str | pl.Series,
        day: np.ndarray,
        fields: str | pl.Series = "",
        *,
        compartment: str = "",
        criterion: str = "",
        lesion: str = "",
        instead: tuple[np.ndarray, str] | None = None,
    ) -> None:
        """One fact of each patient; where `instead` says so, another fact without fields on that day."""
        frame = pl.DataFrame({"patient_id": "P" + self.names}).with_columns(
            lesion_id=pl.lit(lesion),
            fact=_column(fact),
            date=pl.Series(self.begin + day).cast(pl.Int32).cast(pl.Date),
            compartment=pl.lit(compartment),
            criterion=pl.lit(criterion),
            fields=_column(fields),
        )
        if instead is not None:
            where, word = pl.Series(instead[0]), instead[1]
            changed = [pl.when(where).then(pl.lit("")).otherwise(pl.col(one)).alias(one) for one in _BLANKED]
            fact_then = pl.when(where).then(pl.lit(word)).otherwise(pl.col("fact")).alias("fact")
            frame = frame.with_columns(*changed, fact_then)
        self.frames.append(frame)

    def some(self, share: float) -> np.ndarray:
        """True for a share of the patients."""
        return self.chance.random(self.size) < share

    def lives(self) -> None:
        """Start, end of life, and what a population asks for (five facts)."""
        zero = np.zeros(self.size, dtype=np.int64)
        self.add("RANDOMISATION", zero, instead=(self.some(0.05), "ENROLMENT"))
        self.add("TREATMENT_START", self.chance.integers(0, 15, self.size))
        self.add("LAST_ALIVE", self.span - 1)
        causes = self.one_of(*(f"cause={one}" for one in _CAUSES))
        self.add("DEATH", self.span, causes, instead=(self.some(0.3), "CLINIC_VISIT"))
        flags = self.one_of("NO_CNS_DISEASE", "LMD_AT_START", "CNS_DISEASE", shares=[0.4, 0.1, 0.5])
        self.add(flags, zero)

    def therapies(self) -> None:
        """Local therapy of a lesion with its end, and a systemic therapy or withdrawal (three facts)."""
        began = np.maximum(self.any_day() - 30, 0)
        ways = self.one_of(*(f"modality={one}" for one in ("SRS", "WBRT", "surgery", "LITT")))
        intents = self.one_of("intent=planned", "intent=salvage", "intent=unknown")
        self.add("CNS_THERAPY", began, intents + ";" + ways, lesion="A")
        ends = began + self.chance.integers(0, 15, self.size)
        self.add("CNS_THERAPY_END", np.minimum(ends, self.span), intents + ";" + ways, lesion="A")
        lines = self.one_of("new_line=yes", "new_line=no")
        self.add("SYSTEMIC_THERAPY", self.any_day(), lines, instead=(self.some(0.3), "WITHDRAWAL"))

    def scans(self) -> None:
        """Adequate scans and what was seen on them, by compartment (seven facts)."""
        for compartment, criterion in (("CNS", "rano_bm"), ("SYS", "recist11"), ("ANY", "recist11")):
            seen = partial(self.add, compartment=compartment, criterion=criterion)
            for _ in range(2 if compartment == "CNS" else 1):
                seen("ADEQUATE_SCAN", self.any_day())
            kinds = self.one_of("kind=target", "kind=new", "kind=investigator", "kind=steroid")
            seen("PD", self.any_day(), kinds, instead=(self.some(0.4), "CLINIC_VISIT"))

    def lesion_events(self) -> None:
        """New lesion or spread to the lining; growth, necrosis or new treatment; last look (three facts)."""
        origins = self.one_of("origin=new", "origin=recurrence", "origin=cavity")
        sorts = self.one_of("type=parenchymal", "type=dural")
        spread = (self.some(0.3), "LMD")
        self.add("NEW_LESION", self.any_day(), origins + ";" + sorts, compartment="CNS", instead=spread)
        third = self.chance.integers(0, 3, self.size)
        for number, (word, texts) in enumerate(_LESION_EVENTS):
            whole = len(self.frames)
            self.add(word, self.any_day(), self.one_of(*texts), lesion="A")
            self.frames[whole] = self.frames[whole].filter(pl.Series(third == number))
        self.add("LESION_ASSESSED", self.any_day(), lesion="A")

    def tests(self) -> None:
        """A cognitive test at the start and later; one in three patients responded instead (two facts)."""
        zero = np.zeros(self.size, dtype=np.int64)
        self.add("COGNITION", zero, self.tested())
        later = len(self.frames)
        responded = self.some(1 / 3)
        self.add("COGNITION", self.any_day(), self.tested())
        self.frames[later] = self.frames[later].filter(pl.Series(~responded))
        words = self.one_of("word=PR", "word=CR")
        self.add("RESPONSE_CONFIRMED", self.any_day(), words, compartment="CNS", criterion="rano_bm")
        self.frames[-1] = self.frames[-1].filter(pl.Series(responded))

    def tested(self) -> pl.Series:
        """Scores of two tests, in whole points."""
        scores = pl.Series(self.chance.integers(10, 40, self.size)).cast(pl.String)
        return "done=yes;score=" + scores + ";" + self.one_of("test=HVLT-R total", "test=TMT A")

    def frame(self) -> pl.DataFrame:
        """All rows, in no order."""
        return pl.concat(self.frames).sample(fraction=1, shuffle=True, seed=SEED)


_CAUSES = ("neurologic", "systemic", "both", "other", "unknown")
_BLANKED = ("lesion_id", "compartment", "criterion", "fields")
_LESION_EVENTS = (
    ("LOCAL_PD", ("adjudged=tumour", "adjudged=rn")),
    (
        "RN",
        tuple(f"certainty={one};dated=onset;symptomatic=no" for one in ("possible", "probable", "confirmed")),
    ),
    ("CNS_THERAPY", ("intent=salvage;modality=SRS", "intent=salvage;modality=surgery")),
)


def _column(value: str | pl.Series) -> pl.Series | pl.Expr:
    return pl.lit(value) if isinstance(value, str) else value
