"""Reads the rows of an estimator's command: a table whose columns are named, or an endpoint's table."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl

    from cimara.outcomes.rows import CompetingRisks, Survival

R_co = TypeVar("R_co", bound="Survival | CompetingRisks", covariant=True)
PATIENT, LESION = "patient_id", "lesion_id"
DERIVED = ("patient_id", "endpoint", "fingerprint", "aval", "evcode", "code")
"""Columns by which a table is known to be an endpoint's."""
ENDPOINT_TIME = "time to the endpoint"
FILE_HELP = "CSV or Parquet, or an endpoint table of `cimara outcomes derive --out`"


def columns(text: str) -> tuple[str, ...]:
    """Names of columns parted by commas."""
    found = tuple(one.strip() for one in text.split(","))
    if not all(found):
        raise ArgumentTypeError("names of columns parted by commas, such as age,sex")
    return found


def numbers(text: str) -> tuple[float, ...]:
    """Numbers parted by commas."""
    try:
        return tuple(float(one) for one in text.split(","))
    except ValueError:
        raise ArgumentTypeError("numbers parted by commas, such as 6,12,24") from None


def causes(text: str) -> dict[int, str]:
    """Codes of causes with their names: `1=necrosis,2=death`, or `1,2`."""
    found = {}
    for one in text.split(","):
        code, _, name = one.partition("=")
        if not code.strip().lstrip("-").isdigit():
            raise ArgumentTypeError("codes with names, such as 1=necrosis,2=death")
        found[int(code)] = name.strip() or code.strip()
    return found


def levels(text: str) -> tuple[str, tuple[str, ...]]:
    """A column with its levels, the reference first: `arm=control,treated`."""
    column, equals, named = text.partition("=")
    if not equals:
        raise ArgumentTypeError("a column with its levels, the reference first: arm=control,treated")
    return column.strip(), columns(named)


Flag = tuple[str, Callable[[str], Any], str]
FLAGS: dict[str, Flag] = {
    "covariates": ("A,B", columns, "columns of the model; text makes indicators against its first level"),
    "group": ("G", str, "column of the groups"),
    "strata": ("S,S", columns, "columns whose levels have a baseline hazard, or a test, of their own"),
    "site": ("COLUMN", str, "column of the sites"),
    "cause": ("NAME", str, "of competing causes, the one in question"),
    "cluster": ("C", str, "column of what is independent, a patient; rows inside one may depend"),
    "weights": ("W", str, "column of weights"),
}
"""Options that name columns: metavar, reader, help."""


def add_row_arguments(parser: ArgumentParser, *flags: str) -> None:
    """FILE, the columns of times and events, and the `flags` of FLAGS that the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help=FILE_HELP)
    rows = parser.add_argument_group("rows (an endpoint table needs no --time and no --event)")
    rows.add_argument("--time", metavar="T", help="column of the time of exit")
    rows.add_argument("--event", metavar="E", help="column of the event: 0, 1 or true, false")
    rows.add_argument("--status", metavar="S", help="column of the kind of event, instead of --event")
    rows.add_argument(
        "--causes", type=causes, metavar="1=A,2=B", help="codes of --status with names (all that occur)"
    )
    rows.add_argument(
        "--censor-code", type=int, default=0, metavar="N", help="the code of censoring in --status (0)"
    )
    rows.add_argument("--start", metavar="S", help="column of the time of entry; a row is at risk after it")
    rows.add_argument("--id", metavar="ID", help="column of the patient, where one has several intervals")
    rows.add_argument(
        "--unit",
        default="",
        metavar="UNIT",
        help="what the times are counted in (days); an endpoint table is turned into months or years",
    )
    for name in flags:
        add_flag(rows, name)
    add_table_arguments(rows)


def add_flag(parser: Any, name: str, *, required: bool = False) -> None:
    """One option of FLAGS."""
    metavar, read, text = FLAGS[name]
    parser.add_argument(f"--{name}", type=read, metavar=metavar, required=required, help=text)
    if name == "covariates":
        parser.add_argument(
            "--levels",
            type=levels,
            action="append",
            default=[],
            metavar="C=A,B",
            help="levels of a column, the reference first; makes a column of numbers one of labels",
        )
    if name == "weights":
        parser.add_argument(
            "--weight-kind",
            choices=("probability", "frequency"),
            default="probability",
            help="what a weight says (probability: the variance is robust)",
        )


def add_table_arguments(parser: Any) -> None:
    """How the table is read."""
    parser.add_argument(
        "--join", type=Path, metavar="FILE", help="more columns, by patient_id (and lesion_id if it is there)"
    )
    parser.add_argument(
        "--empty",
        type=columns,
        default=(),
        metavar="NA,.",
        help="texts of a CSV that stand for an empty cell",
    )
    parser.add_argument(
        "--missing", choices=("drop", "error"), default="drop", help="rows with an empty cell (drop)"
    )


@dataclass(frozen=True, slots=True, eq=False)
class RowsRead(Generic[R_co]):
    """Rows ready for an estimator, and what they are of: the endpoint's id, or "" for named columns."""

    rows: R_co
    endpoint: str

    def titled(self, method: str) -> str:
        """The method, with the endpoint that it is of."""
        return f"{method}, {self.endpoint}" if self.endpoint else method


def read_rows(args: Namespace, *, several: bool = False, **more: Any) -> RowsRead[Survival | CompetingRisks]:
    """The rows that the arguments name; with a single cause they are plain survival unless `several`.

    Raises
    ------
    CimaraError
        A file that cannot be read, columns that are not named, rows that cannot be used.
    """
    from cimara.outcomes.rows import CompetingRisks, Survival

    frame = read_table(args)
    if args.time is None and args.event is None and set(DERIVED) <= set(frame.columns):
        return _of_endpoint(frame, args, _named(args) | more, several=several)
    named = _named(args) | more
    kind = _one_of(args)
    named["unit"] = args.unit or "days"
    if kind == "event":
        _check_cause(args, ())
        return RowsRead(Survival.from_frame(frame, time=args.time, event=args.event, **named), "")
    made = CompetingRisks.from_frame(
        frame,
        time=args.time,
        status=args.status,
        causes=args.causes,
        censor_code=args.censor_code,
        **named,
    )
    _check_cause(args, made.causes)
    return RowsRead(made if several or len(made.causes) > 1 else made.all_causes(), "")


def read_survival(args: Namespace, **more: Any) -> RowsRead[Survival]:
    """Rows of one kind of event; of competing causes the one that --cause names, the others censored.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED: competing causes and none named.
    """
    from cimara.outcomes.model_warnings import Concern, NotEstimable
    from cimara.outcomes.rows import CompetingRisks

    read = read_rows(args, **more)
    if not isinstance(read.rows, CompetingRisks):
        return RowsRead(read.rows, read.endpoint)
    if args.cause is None:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            f"the causes {', '.join(read.rows.causes)} compete, and none is named",
            hint="Say --cause NAME for its cause-specific hazard, which is not a probability.",
        )
    return RowsRead(read.rows.cause_specific(args.cause), read.endpoint)


def read_competing(args: Namespace, **more: Any) -> RowsRead[CompetingRisks]:
    """Rows with kinds of events; an endpoint of one cause has that one.

    Raises
    ------
    CimaraError
        Rows of plain events.
    """
    from cimara.outcomes.rows import CompetingRisks

    read = read_rows(args, several=True, **more)
    if isinstance(read.rows, CompetingRisks):
        return RowsRead(read.rows, read.endpoint)
    raise CimaraError(
        "an event of 0 and 1 has no competing causes",
        where="--event",
        expected="--status, a column of 0 (censored), 1, 2, ...",
    )


def read_table(args: Namespace) -> pl.DataFrame:
    """The table of FILE, with the columns of --join."""
    frame = read_frame(args.file, args.empty)
    if args.join is None:
        return frame
    joined = read_frame(args.join, args.empty)
    keys = [name for name in (PATIENT, LESION) if name in joined.columns and name in frame.columns]
    if not keys:
        raise CimaraError("no column to join by", where=str(args.join), expected=f"{PATIENT} in both tables")
    if joined.select(keys).is_duplicated().any():
        raise CimaraError(f"several rows of one {' and '.join(keys)}", where=str(args.join))
    import polars as pl

    own = [name for name in joined.columns if name in keys or name not in frame.columns]
    as_text = [pl.col(name).cast(pl.String) for name in keys]
    return frame.with_columns(as_text).join(
        joined.select(own).with_columns(as_text), on=keys, how="left", maintain_order="left"
    )


def read_frame(path: Path, empty: Sequence[str] = ()) -> pl.DataFrame:
    """A CSV or Parquet file. Raises CimaraError, without a cell of it, where it cannot be read."""
    import polars as pl

    if not path.is_file():
        raise CimaraError("no such file", where=str(path))
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, null_values=["", *empty], infer_schema_length=None)
    except (pl.exceptions.PolarsError, UnicodeDecodeError):
        raise CimaraError(
            "it cannot be read as a table",
            where=str(path),
            expected="CSV with a line of names and commas between cells, or Parquet",
        ) from None


def _check_cause(args: Namespace, known: Sequence[str]) -> None:
    """Refuse a --cause that the rows do not have."""
    cause = getattr(args, "cause", None)
    if cause is not None and cause not in known:
        raise CimaraError(
            "no such cause" if known else "events of 0 and 1 have no causes",
            where="--cause",
            expected=", ".join(known) or "--status, a column of 0 (censored), 1, 2, ...",
        )


def _one_of(args: Namespace) -> str:
    if args.time is None:
        raise CimaraError("no column of times is named", where="--time", expected="--time COLUMN")
    if (args.event is None) == (args.status is None):
        raise CimaraError(
            "the events are named twice" if args.event else "no column of events is named",
            where="--event",
            expected="--event COLUMN (0 and 1), or --status COLUMN (0, 1, 2, ...)",
        )
    return "event" if args.event is not None else "status"


def _named(args: Namespace) -> dict[str, Any]:
    """The columns beside times and events that the command takes."""
    given: dict[str, Any] = {
        name: getattr(args, name, None) for name in ("start", "id", "group", "strata", "cluster", "weights")
    }
    given |= {"site": getattr(args, "site", None), "covariates": getattr(args, "covariates", None) or ()}
    given |= {"levels": dict(getattr(args, "levels", ())), "missing": args.missing, "source": str(args.file)}
    return given | {"weight_kind": getattr(args, "weight_kind", "probability")}


def _of_endpoint(
    frame: pl.DataFrame, args: Namespace, named: dict[str, Any], *, several: bool
) -> RowsRead[Survival | CompetingRisks]:
    """Rows of an endpoint table: `aval` days in the unit asked for, `evcode` the causes; lesions cluster."""
    import polars as pl

    from cimara.outcomes.endpoints.plan import EVENT
    from cimara.outcomes.endpoints.table import TIME_UNITS
    from cimara.outcomes.rows import CompetingRisks

    unit = args.unit or "days"
    if unit not in TIME_UNITS:
        raise CimaraError("unknown unit of time", where="--unit", expected=", ".join(TIME_UNITS))
    if args.start is not None and unit != "days":
        raise CimaraError("times of entry are taken in days", where="--start", expected="--unit days")
    if frame["aval"].null_count() == frame.height:
        raise CimaraError(
            "a rate has no times", where=str(args.file), hint="`cimara outcomes derive` prints the rate."
        )
    named["unit"] = unit
    lesions = LESION in frame.columns and bool((frame[LESION].cast(pl.String).fill_null("") != "").any())
    if lesions and named["cluster"] is None:
        named["cluster"] = PATIENT
    endpoint = str(frame["endpoint"][0])
    made = CompetingRisks.from_frame(
        frame.with_columns((pl.col("aval") / TIME_UNITS[unit]).alias(ENDPOINT_TIME)),
        time=ENDPOINT_TIME,
        status="evcode",
        causes=dict(enumerate(_causes_of(frame, endpoint), start=EVENT)),
        **named,
    )
    _check_cause(args, made.causes)
    return RowsRead(made if several or len(made.causes) > 1 else made.all_causes(), endpoint)


def _causes_of(frame: pl.DataFrame, endpoint: str) -> tuple[str, ...]:
    """Names of the causes in the order of their codes; of the catalogue those too that no row has."""
    from cimara.outcomes.endpoints.cause_names import competing_names

    if frame.select("endpoint", "fingerprint").n_unique() > 1:
        raise CimaraError("several endpoints in one table", where="endpoint", expected="one definition")
    return (endpoint.lower(), *competing_names(frame, endpoint, frame["fingerprint"][0]))
