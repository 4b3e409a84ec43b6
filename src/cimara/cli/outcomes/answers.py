"""What a command of an estimator answers: lines to read, tables for a file, a figure, and warnings."""

from __future__ import annotations

import json
import math
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

    from cimara.outcomes.model_warnings import ModelWarning
    from cimara.outcomes.rows import CompetingRisks, Survival

TABLES = (".csv", ".json")
FIGURES = (".svg", ".png", ".pdf")
SMALLEST_P = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One estimate: `lines` for the terminal, `tables` by name (the first is what a CSV holds)."""

    method: str
    lines: Sequence[str]
    tables: Mapping[str, pl.DataFrame]
    n: int
    events: float | Mapping[str, float]
    warnings: Sequence[ModelWarning]
    r_call: str
    options: Mapping[str, Any] = field(default_factory=dict)
    draw: Callable[[], Figure] | None = None


def add_answer_arguments(parser: ArgumentParser, *, figure: str = "") -> None:
    """Where the answer goes beside the terminal; `figure` says what --figure draws, "" for nothing."""
    out = parser.add_argument_group("answer")
    out.add_argument("--conf-level", type=_level, default=0.95, metavar="P", help="of the intervals (0.95)")
    out.add_argument(
        "--out",
        type=suffixed(*TABLES),
        metavar="FILE",
        help=".csv: the table at full precision; .json: all tables, options, warnings, the call in R",
    )
    if figure:
        out.add_argument(
            "--figure", type=suffixed(*FIGURES), metavar="FILE", help=f"{figure}, .svg, .png or .pdf"
        )


def suffixed(*known: str) -> Callable[[str], Path]:
    """A reader of paths that end in one of these."""

    def read(text: str) -> Path:
        path = Path(text)
        if path.suffix not in known:
            raise ArgumentTypeError(f"a file that ends in {', '.join(known)}")
        return path

    return read


def deliver(answer: Answer, args: Namespace) -> int:
    """Print the answer, write what was asked for, tell the warnings on stderr; 1 when there are any."""
    for path in (args.out, getattr(args, "figure", None)):
        if path is not None and not path.parent.is_dir():
            raise CimaraError("no such folder", where=str(path.parent))
    print("\n".join([*answer.lines, f"in R: {answer.r_call}"]))
    if args.out is not None:
        write_answer(answer, args.out)
    if getattr(args, "figure", None) is not None and answer.draw is not None:
        from cimara.outcomes.figures.saving import save

        save(answer.draw(), args.figure)
    told = dict.fromkeys(answer.warnings)
    for warning in told:
        print(f"cimara: {warning}", file=sys.stderr)
    return EXIT_FINDINGS if told else EXIT_OK


def write_answer(answer: Answer, path: Path) -> None:
    """The first table as CSV, or everything as JSON."""
    if path.suffix == ".csv":
        next(iter(answer.tables.values())).write_csv(path)
        return
    content = {
        "method": answer.method,
        "n": answer.n,
        "events": answer.events,
        "options": answer.options,
        "tables": {name: frame.to_dicts() for name, frame in answer.tables.items()},
        "warnings": [
            {"code": str(one.code), "message": one.message, "columns": list(one.columns)}
            for one in dict.fromkeys(answer.warnings)
        ],
        "r_call": answer.r_call,
    }
    path.write_text(json.dumps(_finite(content), indent=1, allow_nan=False) + "\n", encoding="utf-8")


def head(method: str, rows: Survival | CompetingRisks, *options: str, stratified: bool = True) -> list[str]:
    """The first lines: the method, then how the rows were taken; a curve is not `stratified`."""
    taken = [f"time in {rows.unit}", *options]
    taken += [f"strata {', '.join(rows.strata_columns)}"] if rows.strata_columns and stratified else []
    if rows.cluster is not None:
        taken.append(f"{len(set(rows.cluster.tolist())):,} clusters")
    if rows.weights is not None:
        taken.append(f"{rows.weight_kind} weights")
    return [method, "; ".join(one for one in taken if one), ""]


def table_lines(headings: Sequence[str], cells: Sequence[Sequence[str]], texts: int = 1) -> list[str]:
    """Columns side by side, the first `texts` of them to the left, numbers to the right."""
    columns = [
        [heading, *column] for heading, column in zip(headings, _columns(cells, headings), strict=True)
    ]
    widths = [max(len(cell) for cell in column) for column in columns]
    lines = []
    for row in zip(*columns, strict=True):
        padded = [
            cell.ljust(width) if place < texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def _columns(cells: Sequence[Sequence[str]], headings: Sequence[str]) -> Sequence[Sequence[str]]:
    return list(zip(*cells, strict=True)) if cells else [[] for _ in headings]


def decimals(value: float | None, digits: int = 3) -> str:
    """A number with so many decimals; "-" where there is none."""
    if value is None or math.isnan(value):
        return "-"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def significant(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits, never as a power of ten; "-" where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    before = math.floor(math.log10(abs(value))) + 1 if value else 1
    return decimals(value, max(0, digits - before))


def plain(value: float | None) -> str:
    """A time or a score: as `significant`, without zeros at its end."""
    text = significant(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def limits(lower: float | None, upper: float | None, show: Callable[[float | None], str] = decimals) -> str:
    """`0.45 to 0.78`."""
    return "-" if lower is None and upper is None else f"{show(lower)} to {show(upper)}"


def p_text(p: float | None) -> str:
    """`0.012`, or `< 0.001`."""
    if p is None or math.isnan(p):
        return "-"
    return f"< {SMALLEST_P}" if p < SMALLEST_P else f"{p:.3f}"


def chi_square(name: str, statistic: float, df: int, p: float) -> str:
    """`log-rank: chi-square 10.33 on 1 df, p 0.001`."""
    told = p_text(p)
    return (
        f"{name}: chi-square {decimals(statistic, 2)} on {df} df, p {told if told[0] == '<' else f'= {told}'}"
    )


def percent(level: float) -> str:
    """`95 %`."""
    return f"{100 * level:g} %"


def count(number: float) -> str:
    """A count with thousands parted; of weights with what is behind the point."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def _level(text: str) -> float:
    try:
        level = float(text)
    except ValueError:
        level = math.nan
    if not 0 < level < 1:
        raise ArgumentTypeError("a number between 0 and 1, such as 0.95")
    return level


def _finite(value: Any) -> Any:
    """The same without numbers that JSON does not have, which become null."""
    if isinstance(value, Mapping):
        return {str(key): _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
