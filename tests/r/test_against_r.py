"""Our rates and times against base R, computed apart from the same tables."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.adtte import to_adtte
from cimara.outcomes.endpoints.binary import clopper_pearson
from cimara.response import Policy, derive_study
from cimara.response.adrs import Subjects, to_adrs
from cimara.response.results import ResultTables
from cimara.response.synth import SyntheticStudy, SynthOptions, synth_study

HERE = Path(__file__).parent
NOT_INSTALLED = 77
"""What our scripts end with where R lacks a package."""
RSCRIPT = shutil.which("Rscript")
pytestmark = pytest.mark.skipif(RSCRIPT is None, reason="Rscript is not installed")


def r(script: str, *arguments: Path) -> None:
    """Run one of our R scripts."""
    assert RSCRIPT is not None
    command = [RSCRIPT, "--vanilla", str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own)
    if done.returncode == NOT_INSTALLED:
        pytest.skip(f"{script}: a package of R is not installed")
    assert done.returncode == 0, done.stderr


def test_limits_of_a_rate_are_those_of_binom_test(tmp_path: Path) -> None:
    pairs = [(0, 18), (7, 25), (12, 31), (31, 31), (1, 1), (0, 1), (3, 400), (199, 200)]
    pairs += [(x, 40) for x in range(41)]
    rows = [(x, n, level) for x, n in pairs for level in (0.9, 0.95, 0.99)]
    asked, answered = tmp_path / "asked.csv", tmp_path / "answered.csv"
    pl.DataFrame(rows, schema=["x", "n", "level"], orient="row").write_csv(asked)
    r("binomial.R", asked, answered)
    text = pl.read_csv(answered, infer_schema=False)
    theirs = text.select(pl.all().str.strip_chars().cast(pl.Float64))
    for x, n, level, rate, lower, upper in theirs.iter_rows():
        ours = clopper_pearson(int(x), int(n), level)
        assert rate == pytest.approx(x / n, abs=1e-12)
        assert ours == pytest.approx((lower, upper), abs=1e-9), (x, n, level)


@pytest.fixture(scope="module")
def study() -> tuple[SyntheticStudy, ResultTables]:
    """A made-up study and its responses."""
    made = synth_study(SynthOptions(patients=80, seed=12))
    return made, derive_study(made.study, Policy.preset("recist11"))


@pytest.fixture(scope="module")
def facts(study: tuple[SyntheticStudy, ResultTables]) -> Facts:
    """What endpoints are derived from."""
    made, responses = study
    return Facts.from_response(responses, made.supplements)


def write_adam(study: tuple[SyntheticStudy, ResultTables], folder: Path) -> None:
    """ADSL and ADRS of the study, the investigator's reading."""
    made, responses = study
    patients, deaths = made.supplements["patients"], made.supplements["deaths"]
    adsl = patients.join(deaths.select("patient_id", DTHDT="date"), on="patient_id", how="left")
    adsl.select("DTHDT", USUBJID="patient_id", RANDDT="randomisation_date", LSTALVDT="last_alive").write_csv(
        folder / "adsl.csv"
    )
    starts = dict(patients.select("patient_id", "randomisation_date").iter_rows())
    adrs = to_adrs(responses, Subjects(starts=starts), study_id="DEMO").frame
    adrs.filter(pl.col("PARCAT2") == "INV").write_csv(folder / "adrs.csv")


def test_survival_and_progression_are_those_of_admiralonco_from_adsl_and_adrs(
    study: tuple[SyntheticStudy, ResultTables], facts: Facts, tmp_path: Path
) -> None:
    write_adam(study, tmp_path)
    r("survival_endpoints.R", tmp_path)
    plain = {"preset": "ema", "withdrawal": "ignore"}
    ours = to_adtte(
        [derive_endpoint(catalogue[name].replace(switch=plain), facts) for name in ("OS", "PFS")],
        study="DEMO",
        compat="admiralonco",
    ).adtte
    assert ours is not None
    theirs = pl.read_csv(tmp_path / "adtte.csv", try_parse_dates=True)
    keys = ["PARAMCD", "USUBJID"]
    shown = [*keys, "STARTDT", "ADT", "CNSR", "AVAL", "EVNTDESC", "CNSDTDSC"]
    own, other = (_events_described(frame.select(shown)).sort(keys) for frame in (ours.frame, theirs))
    assert_frame_equal(own, other, check_dtypes=False)
    events = own.filter(pl.col("CNSR") == 0)["PARAMCD"].value_counts().sort("PARAMCD")
    assert all(number > 20 for _, number in events.iter_rows())


def _events_described(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the event's description where there was none: a template words that as it likes."""
    described = pl.when(pl.col("CNSR") == 0).then(pl.col("EVNTDESC")).otherwise(pl.lit(""))
    return frame.with_columns(EVNTDESC=described, CNSDTDSC=pl.col("CNSDTDSC").fill_null(""))


def test_cmprsk_reads_the_same_events_of_each_cause(facts: Facts, tmp_path: Path) -> None:
    endpoint = catalogue["NEURDTH"]
    times = derive_endpoint(endpoint, facts).to_competing_risks()
    asked, answered = tmp_path / "times.csv", tmp_path / "incidence.csv"
    times.select("time", "event").write_csv(asked)
    r("incidence.R", asked, answered)
    happened = times.filter(pl.col("event") > 0).group_by("event")
    ours = happened.agg(days=pl.col("time").n_unique(), last=pl.col("time").max()).sort("event")
    assert_frame_equal(ours, pl.read_csv(answered).sort("event"), check_dtypes=False)
    assert ours.height > 1
