"""the CNS eligibility reader, against medspaCy ConText on the same criteria texts"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from bench.measure import Figure, Options
from bench.synthetic import SHARED
from cimara.trials.eligibility import read_eligibility
from cimara.trials.importers import read_study
from cimara.trials.importers.forms import records_in
from cimara.trials.importers.source import documents
from cimara.trials.study import Study

ROUNDS = 3
PEER_TEXTS = 200
LONG_TEXT = 1_000_000
GROWTH = 4_000
ODD_PIECES = ("( ", "brain or ", "unless ", "no ", "1. ", "treated, ", "(CNS ", "x" * 50, "brain ")
_NAMES_CNS_METASTASES = re.compile(
    r"(?:brain|cns|central nervous system|intracranial|cerebral)[^.\n]{0,60}"
    r"(?:metasta|lesion|involvement|disease)|metasta[^.\n]{0,60}(?:brain|cns|central nervous)|leptomening",
    re.IGNORECASE,
)


def run(_options: Options) -> Iterator[Figure]:
    """Speed on the real texts, on one very long text, and as a ratio to the peer."""
    studies = list(_studies())
    cns = [study for study in studies if _NAMES_CNS_METASTASES.search(study.criteria)]
    own = len(cns) / _seconds(lambda: _read(cns))
    core = "one core, CPU time"
    yield Figure(f"reading {len(cns)} CNS texts", own, "trials/s", 1_000, at_least=True, detail=core)
    yield Figure(
        f"reading all {len(studies):,} records", _seconds(lambda: _read(studies)), "s", 2, detail=core
    )
    joined = "\n".join(study.criteria for study in cns)[:LONG_TEXT]
    yield Figure(
        f"one text of {len(joined):,} characters", _seconds(lambda: read_eligibility(joined)), "s", 1
    )
    yield Figure(
        "four times the text takes", _worst_growth(), "times as long", 8, detail="worst of odd texts"
    )
    yield from _against_medspacy(cns[:PEER_TEXTS])


def _studies() -> Iterator[Study]:
    for document in documents(SHARED):
        for record in records_in(document.content):
            yield read_study(record.form, record.content)[0]


def _read(studies: Sequence[Study]) -> None:
    for study in studies:
        read_eligibility(study.criteria, title=study.titles, conditions=study.conditions)


def _worst_growth() -> float:
    """How much longer a text of one odd piece repeated takes when it is four times as long."""

    def seconds(piece: str, times: int) -> float:
        text = "Exclusion Criteria:\n* brain metastases " + piece * times
        return _seconds(lambda: read_eligibility(text))

    return max(seconds(piece, 4 * GROWTH) / seconds(piece, GROWTH) for piece in ODD_PIECES)


def _seconds(work: Callable[[], object]) -> float:
    """Median CPU seconds of a few rounds."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        rounds.append(time.process_time() - start)
    return median(rounds)


def _against_medspacy(studies: Sequence[Study]) -> Iterator[Figure]:
    """medspaCy's sentence splitter, target matcher and ConText: negation only, it gives no policy."""
    import medspacy
    from loguru import logger
    from medspacy.target_matcher import TargetRule

    logger.disable("PyRuSH")  # it writes a debug line for every token, which would slow the peer
    pipeline = medspacy.load(
        medspacy_enable=["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context"]
    )
    words = (
        "brain metastases",
        "CNS metastases",
        "central nervous system metastases",
        "leptomeningeal disease",
    )
    pipeline.get_pipe("medspacy_target_matcher").add([TargetRule(one, "CNS") for one in words])
    peer = len(studies) / _seconds(lambda: [pipeline(study.criteria) for study in studies])
    own = len(studies) / _seconds(lambda: _read(studies))
    detail = f"{len(studies)} texts; ours {own:,.0f}/s, medspaCy {medspacy.__version__} {peer:,.0f}/s"
    yield Figure("ratio to medspaCy ConText", own / peer, "x", 10, at_least=True, detail=detail)
