"""Random facts and random definitions, from a seed: crowded days, ties, gaps, every word."""

from __future__ import annotations

import datetime as dt
from random import Random

from cimara.outcomes import Endpoint, Facts, Schedule, catalogue
from cimara.outcomes.endpoints.applicability import applicable_options
from cimara.outcomes.endpoints.facts import Fact, fields_text
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.switches import PRESETS, SWITCH_WORDS
from cimara.outcomes.endpoints.words import FIELDS, SCAN_FACTS, FactWord, Flag

DAY_ZERO = dt.date(2020, 1, 1)
WORDS = [one for one in FactWord if one not in (FactWord.START, FactWord.COGNITIVE_DECLINE)]
TESTS = ("HVLT-R total", "TMT A")
ASKING_MORE = ("rci",)
"""Values of options that cannot be derived from facts alone."""
RESPONSES = ("CR", "PR", "SD", "PD", "NON-CR/NON-PD")


def made_facts(seed: int, patients: int = 6) -> Facts:
    """Facts of a few patients over some forty days, so that ties are common."""
    chance = Random(seed)
    rows: list[Fact] = []
    for number in range(patients):
        rows += _patient(chance, f"P{number}")
    chance.shuffle(rows)
    return Facts.of(rows)


def _patient(chance: Random, patient: str) -> list[Fact]:
    span = chance.choice([12, 40, 200])
    rows: list[Fact] = []
    for word in (FactWord.RANDOMISATION, FactWord.TREATMENT_START, FactWord.LAST_ALIVE, FactWord.DEATH):
        if chance.random() < (0.9 if word is FactWord.RANDOMISATION else 0.5):
            early = word in (FactWord.RANDOMISATION, FactWord.TREATMENT_START)
            rows.append(_fact(chance, patient, word, span // 4 if early else span))
    rows += [_fact(chance, patient, chance.choice(WORDS), span) for _ in range(chance.randint(4, 26))]
    rows += [_fact(chance, patient, FactWord.ADEQUATE_SCAN, span) for _ in range(chance.randint(0, 5))]
    for word in (FactWord.CNS_THERAPY, FactWord.LESION_ASSESSED, FactWord.LOCAL_PD, FactWord.PD):
        rows += [_fact(chance, patient, word, span) for _ in range(chance.randint(0, 3))]
    for flag in (Flag.MEASURABLE_CNS, Flag.NO_CNS_DISEASE, Flag.LMD_AT_START, Flag.NO_BASELINE):
        if chance.random() < 0.25:
            rows.append(Fact(patient, flag, compartment=chance.choice(["", "CNS", "SYS"])))
    return rows


def _fact(chance: Random, patient: str, word: FactWord, span: int) -> Fact:
    dated = chance.random() < 0.95
    date = DAY_ZERO + dt.timedelta(days=chance.randint(0, span)) if dated else None
    values = {
        name: _value(chance, name, allowed)
        for name, allowed in FIELDS.get(word, {}).items()
        if name == "test" or chance.random() < 0.8
    }
    scan = word in SCAN_FACTS
    return Fact(
        patient,
        word,
        date,
        compartment=chance.choice(["CNS", "CNS", "SYS", "ANY"]) if scan else chance.choice(["", "CNS", "LM"]),
        lesion_id=chance.choice(["", "A", "B"]),
        fields=fields_text(values),
        criterion=chance.choice(["", "", "rano_bm", "recist11"]) if scan else "",
        evaluator=chance.choice(["", "", "INV", "INV", "BICR", "ACCEPTED"]) if scan else "",
        date_flag=chance.choice(["", "", "", "", "", "", "", "D"]) if dated else "",
        srcdom=chance.choice(["RS", "TU"]),
        srcseq=chance.choice([None, 1, 2]),
    )


def _value(chance: Random, name: str, allowed: tuple[str, ...] | None) -> str:
    if allowed is not None:
        return chance.choice(allowed)
    if name == "test":
        return chance.choice(TESTS)
    if name in ("score", "z"):
        return str(chance.randint(-3, 3))
    return chance.choice(RESPONSES) if name == "word" else "x"


def made_endpoint(seed: int) -> Endpoint:
    """A catalogue entry with random switches, options, evaluator and windows."""
    chance = Random(seed)
    endpoint = catalogue[chance.choice(list(catalogue))]
    endpoint = endpoint.replace(switch={"preset": chance.choice(list(PRESETS))})
    names = chance.sample(sorted(SWITCH_WORDS), chance.randint(0, 4))
    switch: dict[str, object] = {name: str(chance.choice(list(SWITCH_WORDS[name]))) for name in names}
    if chance.random() < 0.6:
        rule = {"count": chance.randint(1, 3), "rule": chance.choice(["schedule", "gap"])}
        switch["missed_visits"] = chance.choice(["none", rule])
    endpoint = endpoint.replace(switch=switch)
    for name in applicable_options(endpoint):
        values = OPTIONS[name].values
        values = tuple(one for one in values or () if one not in ASKING_MORE)
        if chance.random() < 0.5 and values:
            value = tuple(chance.sample(values, 2)) if OPTIONS[name].several else chance.choice(values)
            endpoint = endpoint.replace(option={name: value})
    if chance.random() < 0.3:
        endpoint = endpoint.replace(evaluator=chance.choice(["BICR", "INV"]))
    return endpoint


def made_schedule(seed: int) -> Schedule:
    """A schedule short enough for the facts."""
    chance = Random(seed)
    if chance.random() < 0.3:
        return Schedule(days=tuple(sorted(chance.sample(range(1, 90), 4))), window=chance.randint(0, 4))
    return Schedule(chance.randint(5, 30), chance.choice([None, 60]), chance.randint(0, 4))


def made_cut(seed: int) -> dt.date | None:
    """A data cut somewhere in the facts, or none."""
    chance = Random(seed)
    return chance.choice([None, DAY_ZERO + dt.timedelta(days=chance.randint(5, 150))])


def made_tests(seed: int, patients: int = 6) -> Facts:
    """Cognitive tests of a few patients, some on one day, some missed; randomisation, deaths."""
    chance = Random(seed)
    rows: list[Fact] = []
    for number in range(patients):
        patient = f"P{number}"
        rows.append(_fact(chance, patient, FactWord.RANDOMISATION, 10))
        rows += [_fact(chance, patient, FactWord.COGNITION, 40) for _ in range(chance.randint(0, 14))]
        if chance.random() < 0.3:
            rows.append(_fact(chance, patient, FactWord.DEATH, 40))
    chance.shuffle(rows)
    return Facts.of(rows)


def made_decline(seed: int) -> Endpoint:
    """Neurocognitive deterioration by a random rule."""
    chance = Random(seed)
    asked: dict[str, object] = {
        name: chance.choice(OPTIONS[name].values or ())
        for name in ("cognition_rule", "strict", "sd_source", "sustained")
    }
    return catalogue["NCOGDET"].replace(option={**asked, "min_tests": chance.randint(1, 2)})
