"""What rows of TU and TR say, in the cells of the tidy tables; one place for reader and writer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from cimara.response.model import INVESTIGATOR
from cimara.response.reading.places import place_of

Cells = dict[str, str]
TOO_SMALL = "TOO SMALL TO MEASURE"
NOT_DONE = "NOT DONE"
SIZE_TESTS = ("DIAMETER", "LDIAM", "LPERP", "SAXIS", "VOLUME")
STATE_TEST = "TUMSTATE"
SUM_TEST = "SUMDIAM"
CERTAINTIES = ("EQUIVOCAL", "UNEQUIVOCAL")
STATES = {
    "UNEQUIVOCAL": "UNEQUIVOCAL_PD",
    "EQUIVOCAL": "PRESENT",
    "NOT EVALUABLE": "NE",
}
"""TUMSTATE of a lesion that is not new, where it is not the tidy word: doubtful progression is none."""


def evaluator_of(role: str, reader: str) -> str:
    """The evaluator that --EVAL and --EVALID name."""
    return reader or (INVESTIGATOR if role in ("INVESTIGATOR", "") else role)


def evaluator_cells(evaluator: str, prefix: str) -> Cells:
    """--EVAL and --EVALID of an evaluator."""
    investigator = evaluator == INVESTIGATOR
    return {
        f"{prefix}EVAL": "INVESTIGATOR" if investigator else "INDEPENDENT ASSESSOR",
        f"{prefix}EVALID": "" if investigator else evaluator,
    }


def lesion_cells(role: str, location: str) -> Cells:
    """Role, organ, site, compartment and whether it is a node, by TUSTRESC and TULOC."""
    place = place_of(location)
    return {
        "role": role,
        "compartment": place.compartment.value,
        "organ": place.organ,
        "site": place.site,
        "is_node": "yes" if place.is_node else "no",
    }


def measurement_cells(tests: Mapping[str, Mapping[str, str]], *, is_node: bool) -> Cells:
    """Sizes, status, state, method and reason, by the rows of TR of one lesion, visit and evaluator.

    The size in the sum is DIAMETER, else LPERP of a node and LDIAM of any other lesion. A DIAMETER that was
    not done leaves the lesion not assessed, whatever its other sizes.
    """
    if tests.get("DIAMETER", {}).get("TRSTAT") == NOT_DONE:
        tests = {name: row for name, row in tests.items() if name not in SIZE_TESTS or name == "DIAMETER"}
    sizes = {test: _size(tests[test]) if test in tests else "" for test in SIZE_TESTS}
    in_sum = sizes["DIAMETER"]
    if "DIAMETER" not in tests:
        in_sum = (sizes["SAXIS"] or sizes["LPERP"]) if is_node else sizes["LDIAM"]
    first = next(iter(tests.values()), {})
    return {
        "ld_mm": sizes["LDIAM"] if is_node else in_sum,
        "perp_mm": sizes["LPERP"],
        "short_axis_mm": in_sum if is_node else sizes["SAXIS"],
        "volume_mm3": sizes["VOLUME"],
        "status": _status(tests, sizes, in_sum),
        "state": _state(tests.get(STATE_TEST)),
        "method": first.get("TRMETHOD", ""),
        "reason": next((row["TRREASND"] for row in tests.values() if row.get("TRREASND")), ""),
    }


def result_of(row: Mapping[str, str]) -> str:
    """The standard result, else the original one."""
    return row.get("TRSTRESC") or row.get("TRORRES") or ""


def _size(row: Mapping[str, str]) -> str:
    """A number with its unit; "" where the test was not done or the lesion was too small."""
    result = result_of(row)
    if row.get("TRSTAT") == NOT_DONE or result == TOO_SMALL:
        return ""
    unit = (row.get("TRSTRESU") if row.get("TRSTRESC") else row.get("TRORRESU")) or ""
    return f"{result} {unit}".strip()


def _status(tests: Mapping[str, Mapping[str, str]], sizes: Mapping[str, str], in_sum: str) -> str:
    if any(result_of(row) == TOO_SMALL for row in tests.values()):
        return "TOO_SMALL"
    if any(sizes.values()):
        return "ABSENT" if _is_zero(in_sum or sizes["VOLUME"]) else "MEASURED"
    return "NOT_DONE" if any(row.get("TRSTAT") == NOT_DONE for row in tests.values()) else ""


def _is_zero(size: str) -> bool:
    try:
        return bool(size) and Decimal(size.split(" ")[0]) == 0
    except InvalidOperation:
        return False


def _state(row: Mapping[str, str] | None) -> str:
    if row is None:
        return ""
    result = result_of(row).upper()
    return "NE" if row.get("TRSTAT") == NOT_DONE else STATES.get(result, result)
