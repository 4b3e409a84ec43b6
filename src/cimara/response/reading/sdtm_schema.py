"""The SDTM and ADaM columns that are read, and where supplementary qualifiers go (response.md §11)."""

from __future__ import annotations

from cimara.terms.columns import date, decimal_number, identifier, text
from cimara.terms.tables import Schema

TU = Schema(
    "tu",
    (
        identifier("USUBJID"),
        text("TUSEQ"),
        identifier("TULNKID"),
        text("TUTESTCD", required=True),
        text("TUSTRESC"),
        text("TUORRES"),
        text("TULOC"),
        text("TUEVAL"),
        identifier("TUEVALID", required=False),
        text("TUACPTFL"),
        text("VISITNUM"),
        text("VISIT"),
        date("TUDTC"),
    ),
)
TR = Schema(
    "tr",
    (
        identifier("USUBJID"),
        text("TRSEQ"),
        text("TRGRPID"),
        text("TRREFID"),
        identifier("TRLNKID", required=False),
        text("TRTESTCD", required=True),
        text("TRSTRESC"),
        text("TRORRES"),
        text("TRSTRESU"),
        text("TRORRESU"),
        text("TRSTAT"),
        text("TRREASND"),
        text("TRMETHOD"),
        text("TREVAL"),
        identifier("TREVALID", required=False),
        text("TRACPTFL"),
        text("VISITNUM"),
        text("VISIT"),
        date("TRDTC"),
    ),
)
RS = Schema(
    "rs",
    (
        identifier("USUBJID"),
        text("RSSEQ"),
        text("RSTESTCD", required=True),
        text("RSSTRESC"),
        text("RSORRES"),
        text("RSSTAT"),
        text("RSEVAL"),
        identifier("RSEVALID", required=False),
        text("RSACPTFL"),
        text("VISITNUM"),
        text("VISIT"),
        date("RSDTC"),
    ),
)
ADSL = Schema(
    "adsl",
    (
        identifier("USUBJID"),
        date("RANDDT"),
        date("TRTSDT"),
        text("IMMTHER"),
        date("IMMTHSDT"),
        date("NEWTHDT"),
    ),
)
CM = Schema(
    "cm",
    (
        identifier("USUBJID"),
        text("CMTRT"),
        text("CMDECOD"),
        text("CMCAT"),
        decimal_number("CMDOSE", lowest=0),
        text("CMDOSU"),
        text("CMDOSFRQ"),
        text("CMROUTE"),
        date("CMSTDTC"),
        date("CMENDTC"),
    ),
)
PR = Schema(
    "pr",
    (
        identifier("USUBJID"),
        text("PRTRT"),
        text("PRDECOD"),
        text("PRCAT"),
        identifier("PRLNKID", required=False),
        date("PRSTDTC"),
    ),
)
SUPP = Schema(
    "supp",
    (
        identifier("USUBJID"),
        text("RDOMAIN"),
        text("IDVAR", required=True),
        text("IDVARVAL", required=True),
        text("QNAM", required=True),
        text("QVAL"),
    ),
)
LESION_QUALIFIERS = {
    "ROLE": "role",
    "COMPART": "compartment",
    "ORGAN": "organ",
    "SITE": "site",
    "ISNODE": "is_node",
    "CYSTIC": "cystic_only",
    "BORDERS": "borders_measurable",
    "PRIORTX": "prior_local_therapy",
    "PROGSTX": "progressed_since_therapy",
    "PARENTS": "parent_ids",
}
"""QNAM of SUPPTU to column of the tidy lesions; what TU itself can't say."""
MEASUREMENT_QUALIFIERS = {
    "LD": "ld_mm",
    "PERP": "perp_mm",
    "SHORTAX": "short_axis_mm",
    "VOLUME": "volume_mm3",
    "NSLICES": "n_slices",
    "SLICEMM": "slice_mm",
    "METHOD": "method",
    "STATUS": "status",
    "STATE": "state",
    "CHANGE": "change",
    "MERGED": "merged_into",
    "REASON": "reason",
}
"""QNAM of SUPPTR to column of the tidy measurements; what TR itself can't say."""
NEW_LESION_QUALIFIERS = {"PROJ": "projections", "COMPART": "compartment"}
"""QNAM of SUPPTR to column of the tidy new lesions."""

OWN_DOMAINS = {
    "visits": (
        "XV",
        {
            "visit_id": "XVVISID",
            "date": "XVDTC",
            "label": "VISIT",
            "number": "XVNUM",
            "is_baseline": "XVBASE",
            "scheduled": "XVSCHED",
            "brain_scan_date": "XVBRDTC",
            "spine_scan_date": "XVSPDTC",
            "body_scan_date": "XVBODTC",
            "brain_assessable": "XVBRASS",
            "lm_assessable": "XVLMASS",
            "body_assessable": "XVBOASS",
            "nonenhancing_pd": "XVNONEPD",
        },
    ),
    "clinical": (
        "XC",
        {
            "visit_id": "XCVISID",
            "date": "XCDTC",
            "status": "XCSTATUS",
            "kps": "XCKPS",
            "ecog": "XCECOG",
            "attributable": "XCATTRIB",
            "persisted_days": "XCPERSIS",
            "dex_mg_per_day": "XCDEX",
            "steroid_trend": "XCTREND",
            "physiological": "XCPHYSIO",
            "antiangiogenic": "XCANTIAN",
        },
    ),
    "lm_forms": (
        "XL",
        {
            "visit_id": "XLVISID",
            "evaluator": "XLEVAL",
            "date": "XLDTC",
            "reference_visit_id": "XLREFVIS",
            "region": "XLREGION",
            "item": "XLITEM",
            "reference": "XLREF",
            "followup": "XLFOLLOW",
            "change": "XLCHANGE",
            "n1x_mm": "XLN1X",
            "n1y_mm": "XLN1Y",
            "n2x_mm": "XLN2X",
            "n2y_mm": "XLN2Y",
            "n3x_mm": "XLN3X",
            "n3y_mm": "XLN3Y",
            "fewer_than_three": "XLFEWER",
            "csf": "XLCSF",
            "exam_change": "XLEXAM",
            "overall_human": "XLOVERAL",
            "overall_reason": "XLREASON",
            "reference_scan_date": "XLREFDTC",
            "last_lumbar_puncture": "XLLP",
            "treatment_since_reference": "XLTREAT",
        },
    ),
    "adjudications": (
        "XA",
        {
            "event_id": "XAEVENT",
            "kind": "XAKIND",
            "decided_on": "XADTC",
            "visit_id": "XAVISID",
            "lesion_id": "XALNKID",
            "evaluator": "XAEVAL",
            "basis": "XABASIS",
            "decided_by_role": "XAROLE",
            "comment": "XACOM",
            "value": "XAVALUE",
            "supersedes": "XASUPER",
        },
    ),
}
"""Tidy tables that SDTM has no domain for: sponsor-defined domains, and the names of their columns."""
