"""Facts from derived responses: scans, progression, response, and what the lesions did."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.facts import FACTS
from cimara.outcomes.endpoints.tidy import SURE_BASES
from cimara.outcomes.endpoints.words import FactWord, Flag
from cimara.response.results import ResultTables
from cimara.terms.response import Certainty, LesionCompartment, LesionRole, LesionState, Response, SizeStatus

NOT_A_SCAN = (Response.MISSING,)
NOT_ADEQUATE = (Response.NE, Response.MISSING, Response.NA, Response.UNDETERMINED)
"""Responses after which it is not known whether the event had happened."""

PROGRESSED = (Response.PD, Response.ICPD)
PENDING = (Response.PD_UNCONFIRMED, Response.IUPD, Response.SUSPECTED_PD)
RESPONDED = (Response.CR, Response.PR, Response.ICR, Response.IPR)
PLAIN_WORDS = {
    Response.ICR: Response.CR,
    Response.IPR: Response.PR,
    Response.ISD: Response.SD,
    Response.NON_ICR_NON_IUPD: Response.NON_CR_NON_PD,
    Response.ICPD: Response.PD,
}
"""iRECIST words as definitions name them."""

NO_BASELINE = "NO_BASELINE"
NOT_SCANNED = "NOT_SCANNED"
"""Flag of a visit whose scans were of other parts only."""

NEW_AND_CERTAIN = "yes"
"""`new_lesion` of a time point whose new lesion counts; on immunotherapy it is `review`."""

STEROID_FLAG = "PD_MAY_START_AT_STEROID_INCREASE"
LESION_TYPES = {
    LesionCompartment.BRAIN: "parenchymal",
    LesionCompartment.LEPTOMENINGEAL: "leptomeningeal",
    LesionCompartment.DURAL_BONY: "dural",
}
ASSESSED = (SizeStatus.MEASURED, SizeStatus.TOO_SMALL, SizeStatus.ABSENT, SizeStatus.MERGED)
ASSESSED_IN_WORDS = (LesionState.ABSENT, LesionState.PRESENT, LesionState.UNEQUIVOCAL_PD)
GROWN = (Response.PD, LesionState.UNEQUIVOCAL_PD)


def response_frame(result: ResultTables, necrosis: pl.DataFrame) -> pl.DataFrame:
    """Facts of one set of result tables, as rows of the facts table.

    `necrosis` names lesions that adjudication called radiation necrosis (`tidy.Supplements`).
    """
    points = result.timepoints.with_columns(
        word=pl.col("response").replace({str(old): str(new) for old, new in PLAIN_WORDS.items()})
    ).with_row_index("_row", offset=1)
    frames = [
        *_scans(points),
        *_progressions(points, result.best),
        *_responses(points, result.best),
        _without_baseline(points),
        *_lesions(result.lesions, necrosis),
    ]
    return pl.concat([pl.DataFrame(schema=FACTS), *frames])


def _facts(frame: pl.DataFrame, word: FactWord | Flag, table: str, **columns: pl.Expr) -> pl.DataFrame:
    """Rows of the facts table: shared columns as they are, the rest as said."""
    made = frame.with_columns(fact=pl.lit(str(word)), srcdom=pl.lit(table), **columns)
    if "_row" in made.columns:
        made = made.with_columns(srcseq=pl.col("_row").cast(pl.Int64()))
    return made.select(
        [
            pl.col(name).cast(kind) if name in made.columns else pl.lit(None, dtype=kind).alias(name)
            for name, kind in FACTS.items()
        ]
    )


def _fields(**values: pl.Expr) -> pl.Expr:
    """The `fields` cell; a `;` inside a value would part it, and becomes a blank."""
    parts = [
        pl.when(value.fill_null("") != "").then(
            pl.concat_str(pl.lit(f"{name}="), value.str.replace_all(";", " ", literal=True))
        )
        for name, value in sorted(values.items())
    ]
    return pl.concat_str(parts, separator=";", ignore_nulls=True)


def _scans(points: pl.DataFrame) -> list[pl.DataFrame]:
    """Every scan, and those that could be judged."""
    said = _fields(word=pl.col("word"), rule_id=pl.col("rule_id"))
    scanned = ~pl.col("flags").fill_null("").str.contains(rf"(?:^|;){NOT_SCANNED}(?:$|;)")
    seen = points.filter(scanned & ~pl.col("response").is_in([str(one) for one in NOT_A_SCAN]))
    judged = points.filter(~pl.col("response").is_in([str(one) for one in NOT_ADEQUATE]))
    source = {"srcvar": pl.lit("DATE"), "fields": said}
    return [
        _facts(seen, FactWord.ANY_SCAN, "TIMEPNTS", **source),
        _facts(judged, FactWord.ADEQUATE_SCAN, "TIMEPNTS", **source),
    ]


def _kind() -> pl.Expr:
    """What a progression was seen on; imaging is named first, so that clinical means clinical alone."""
    return (
        pl.when(pl.col("target").is_in([str(one) for one in (*PROGRESSED, Response.IUPD)]))
        .then(pl.lit("target"))
        .when(pl.col("nontarget").is_in([str(one) for one in (*PROGRESSED, Response.IUPD)]))
        .then(pl.lit("non-target"))
        .when(pl.col("new_lesion") == NEW_AND_CERTAIN)
        .then(pl.lit("new"))
        .when(pl.col("clinical").fill_null("") == "WORSE")
        .then(pl.lit("clinical"))
        .otherwise(pl.lit(""))
    )


def _progressions(points: pl.DataFrame, best: pl.DataFrame) -> list[pl.DataFrame]:
    """Progression at each time point and, with its own date, the first one; and what is still pending."""
    numbered = best.with_row_index("_row", offset=1)
    at_visits = _facts(
        points.filter(pl.col("response").is_in([str(one) for one in PROGRESSED])),
        FactWord.PD,
        "TIMEPNTS",
        srcvar=pl.lit("DATE"),
        fields=_fields(word=pl.col("word"), kind=_kind(), rule_id=pl.col("rule_id")),
    )
    dated = numbered.filter(pl.col("pd_date").is_not_null())
    first = _facts(
        dated,
        FactWord.PD,
        "BEST",
        date=pl.col("pd_date"),
        srcvar=pl.lit("PD_DATE"),
        fields=_fields(kind=pl.col("pd_kind")),
    )
    keys = ["patient_id", "evaluator", "criterion", "compartment"]
    pending = points.filter(pl.col("response").is_in([str(one) for one in PENDING]))
    settled = pending.join(dated.select(*keys, "pd_date"), on=keys, how="left")
    open_still = settled.filter(pl.col("pd_date").is_null() | (pl.col("date") < pl.col("pd_date")))
    unconfirmed = _facts(
        open_still,
        FactWord.PD_UNCONFIRMED,
        "TIMEPNTS",
        srcvar=pl.lit("DATE"),
        fields=_fields(word=pl.col("word"), rule_id=pl.col("rule_id")),
    )
    return [at_visits, first, unconfirmed, _steroid_dates(points)]


def _steroid_dates(points: pl.DataFrame) -> pl.DataFrame:
    """The earlier day that RANO-BM allows for a clinical progression, as a fact of its own kind."""
    day = pl.col("flags").str.extract(rf"{STEROID_FLAG}[:=](\d{{4}}-\d\d-\d\d)").str.to_date(strict=False)
    found = points.with_columns(date=day).filter(pl.col("date").is_not_null())
    fields = _fields(word=pl.col("word"), kind=pl.lit("steroid"), rule_id=pl.col("rule_id"))
    return _facts(found, FactWord.PD, "TIMEPNTS", srcvar=pl.lit("FLAGS"), fields=fields)


def _responses(points: pl.DataFrame, best: pl.DataFrame) -> list[pl.DataFrame]:
    """Each response, and the start of the confirmed one."""
    words = [str(one) for one in RESPONDED]
    seen = _facts(
        points.filter(pl.col("response").is_in(words)),
        FactWord.RESPONSE,
        "TIMEPNTS",
        srcvar=pl.lit("DATE"),
        fields=_fields(word=pl.col("word"), rule_id=pl.col("rule_id")),
    )
    confirmed = best.with_row_index("_row", offset=1).filter(pl.col("confirmed_bor").is_in(words))
    start = pl.coalesce("response_start", "confirmed_bor_date")
    held = _facts(
        confirmed,
        FactWord.RESPONSE_CONFIRMED,
        "BEST",
        date=start,
        srcvar=pl.lit("RESPONSE_START"),
        fields=_fields(word=pl.col("confirmed_bor")),
    )
    return [seen, held]


def _without_baseline(points: pl.DataFrame) -> pl.DataFrame:
    """Patients of whom response assessment found no baseline, by compartment."""
    told = pl.concat_str("reasons", "flags", separator=";", ignore_nulls=True)
    found = points.filter(told.str.contains(rf"(?:^|;){NO_BASELINE}(?:$|[;:])"))
    keys = ["patient_id", "evaluator", "criterion", "compartment", "policy_hash"]
    once = found.select(keys).unique(maintain_order=True).with_columns(date=pl.lit(None, dtype=pl.Date()))
    return _facts(once, Flag.NO_BASELINE, "TIMEPNTS")


def _lesions(lesions: pl.DataFrame, necrosis: pl.DataFrame) -> list[pl.DataFrame]:
    """New lesions, local progression, assessments and necrosis of CNS lesions."""
    own = lesions.with_row_index("_row", offset=1).filter(
        pl.col("lesion_compartment").is_in([str(one) for one in LESION_TYPES])
    )
    own = own.with_columns(
        type=pl.col("lesion_compartment").replace({str(old): new for old, new in LESION_TYPES.items()}),
        compartment=pl.lit("CNS"),
        criterion=pl.lit(""),
    )
    return [_assessed(own), *_new_lesions(own), _grown(own), *_necrosis(own, necrosis)]


def _assessed(own: pl.DataFrame) -> pl.DataFrame:
    """Each visit at which a lesion was measured, or judged in words."""
    in_words = pl.col("lesion_status").is_in([str(one) for one in (*ASSESSED_IN_WORDS, *Certainty)])
    seen = own.filter(pl.col("status").is_in([str(one) for one in ASSESSED]) | in_words)
    return _facts(seen, FactWord.LESION_ASSESSED, "LESIONS", srcvar=pl.lit("DATE"))


def _new_lesions(own: pl.DataFrame) -> list[pl.DataFrame]:
    """Unequivocal new lesions at their first visit; those of the meninges are leptomeningeal disease."""
    new = own.filter((pl.col("role") == LesionRole.NEW) & (pl.col("lesion_status") == Certainty.UNEQUIVOCAL))
    first = new.sort("date", "_row").unique(
        ["patient_id", "lesion_id", "evaluator"], keep="first", maintain_order=True
    )
    brain = first.filter(pl.col("type") != LESION_TYPES[LesionCompartment.LEPTOMENINGEAL])
    spread = first.filter(pl.col("type") == LESION_TYPES[LesionCompartment.LEPTOMENINGEAL])
    return [
        _facts(
            brain,
            FactWord.NEW_LESION,
            "LESIONS",
            srcvar=pl.lit("DATE"),
            fields=_fields(type=pl.col("type"), origin=pl.lit("new"), lesion=pl.col("lesion_id")),
        ),
        _facts(
            spread, FactWord.LMD, "LESIONS", srcvar=pl.lit("DATE"), fields=_fields(basis=pl.lit("imaging"))
        ),
    ]


def _grown(own: pl.DataFrame) -> pl.DataFrame:
    """Local progression, told apart where a decision calls it necrosis."""
    grown = own.filter(pl.col("lesion_status").is_in([str(one) for one in GROWN]))
    adjudged = pl.when(pl.col("radiation_necrosis").fill_null(False)).then(pl.lit("rn")).otherwise(pl.lit(""))
    said = _fields(type=pl.col("type"), adjudged=adjudged)
    return _facts(grown, FactWord.LOCAL_PD, "LESIONS", srcvar=pl.lit("DATE"), fields=said)


def _necrosis(own: pl.DataFrame, necrosis: pl.DataFrame) -> list[pl.DataFrame]:
    """Necrosis by adjudication: once at the scan that it explains, once at the decision."""
    keys = ["patient_id", "lesion_id"]
    marked = own.filter(pl.col("radiation_necrosis").fill_null(False)).sort("date", "_row")
    onset = marked.unique([*keys, "evaluator"], keep="first", maintain_order=True)
    onset = onset.join(
        necrosis.rename({"visit_id": "named_visit"}), on=keys, how="left", maintain_order="left"
    )
    sure = (
        pl.when(pl.col("basis").is_in(list(SURE_BASES)))
        .then(pl.lit("confirmed"))
        .otherwise(pl.lit("probable"))
    )
    told = {"certainty": sure, "basis": pl.col("basis")}
    ids = pl.col("event_id").fill_null("")
    at_onset = _facts(
        onset,
        FactWord.RN,
        "LESIONS",
        srcvar=pl.lit("DATE"),
        fields=_fields(**told, dated=pl.lit("onset")),
        adjudications=ids,
    )
    decided = onset.filter(pl.col("decided_on").is_not_null())
    at_decision = _facts(
        decided,
        FactWord.RN,
        "LESIONS",
        date=pl.col("decided_on"),
        srcvar=pl.lit("DECIDED_ON"),
        fields=_fields(**told, dated=pl.lit("decision")),
        adjudications=ids,
    )
    return [at_onset, at_decision]
