"""The report on a site's data: groups, what to mend first, completeness, changes, and what it never shows."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.scan import scan
from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Finding, Severity, finding_frame
from cimara.cohort.raw_tables import RawTable
from cimara.cohort.reading import dataset_of, text_frame
from cimara.cohort.report.build import Report, validate
from cimara.cohort.report.completeness import beside_others, completeness
from cimara.cohort.report.html import page
from cimara.cohort.report.json import report_object
from cimara.cohort.report.others import read_others
from cimara.cohort.report.output import write_report
from cimara.cohort.report.travelling import fit_to_travel, without_formulas
from tests.unit.cohort.clean import clean_dataset

CANARY = "Xanthippe"


def changed(name: str, **values: pl.Expr) -> Dataset:
    """The clean data set with columns of one table changed."""
    clean = clean_dataset()
    return Dataset({**clean.tables, name: clean.frame(name).with_columns(**values)}, clean.origins)


def texts_of(dataset: Dataset) -> list[RawTable]:
    raw = []
    for name in dataset.n_rows:
        entity = dataset.model.entity(name)
        text = text_frame(entity, dataset.frame(name))
        rows = pl.int_range(1, text.height + 1, dtype=pl.Int64, eager=True)
        raw.append(RawTable(text, rows, f"{entity.table}.csv"))
    return raw


@pytest.fixture(scope="module")
def spoilt() -> Report:
    """A sex that is no code in two rows, and a blank vital status in one."""
    row = pl.int_range(pl.len())
    sex = pl.when(row < 2).then(pl.lit("f")).otherwise("sex")
    dataset = changed("Patient", sex=sex, vital_status=pl.when(row != 2).then("vital_status"))
    return validate(
        dataset,
        study="rn-bev-1",
        against=clean_dataset(),
        analyses={"A1": ["Patient.vital_status"], "A2": ["LabResult.value"]},
    )


def test_a_clean_set_is_ready() -> None:
    report = validate(clean_dataset())
    assert report.ok
    assert (report.errors, report.counts["errors"]) == (0, 0)
    assert "Ready to submit" in page(report)


def test_findings_of_reading_and_of_checking_are_both_told(spoilt: Report) -> None:
    raw = texts_of(clean_dataset())
    broken = [
        RawTable(one.frame.with_columns(age_at_anchor=pl.lit("old")), one.rows, one.file)
        if one.file == "patient.csv"
        else one
        for one in raw
    ]
    report = validate(dataset_of(broken))
    assert {"TYPE"} <= {one.rule for one in report.groups}
    assert {"CODE", "REQUIRED"} <= {one.rule for one in spoilt.groups}


def test_identifiers_alone_make_a_report_not_ok() -> None:
    dataset = clean_dataset()
    patients = dataset.frame("Patient").with_columns(
        age_at_anchor=pl.lit(89, dtype=pl.Int64), age_topcoded=pl.lit("no")
    )
    named = scan(Dataset({"Patient": patients}))
    assert named.refused
    report = validate(dataset, identifiers=named)
    assert report.errors == 0
    assert not report.ok
    assert "remove the identifiers" in page(report)


def test_what_unlocks_an_analysis_is_mended_first(spoilt: Report) -> None:
    assert [(one.field, one.count) for one in spoilt.to_do[:2]] == [("vital_status", 1), ("sex", 2)]
    assert spoilt.to_do[0].analyses == ("A1",)


def test_without_analyses_what_removes_most_findings_is_mended_first() -> None:
    first = pl.int_range(pl.len()) == 0
    dataset = changed(
        "Patient", sex=pl.lit("f"), vital_status=pl.when(first).then(None).otherwise("vital_status")
    )
    errors = [one for one in validate(dataset).to_do if one.severity is Severity.ERROR]
    assert [one.count for one in errors] == sorted((one.count for one in errors), reverse=True)
    assert errors[0].field == "sex"


def test_patients_are_counted_by_the_analysis_that_they_fail(spoilt: Report) -> None:
    assert spoilt.failing_patients() == {"A1": 1, "A2": 0}


def test_groups_hold_the_first_twenty_findings_and_count_all() -> None:
    many = finding_frame(
        Finding(severity=Severity.ERROR, rule="CODE", table="Patient", field="sex", row=row, message="m")
        for row in range(1, 31)
    )
    clean = clean_dataset()
    report = validate(Dataset(clean.tables, clean.origins, many))
    (group,) = (one for one in report.groups if one.severity is Severity.ERROR)
    assert (group.count, group.rows["row"].to_list()) == (30, list(range(1, 21)))


def test_rows_that_changed_are_counted_by_key(spoilt: Report) -> None:
    assert spoilt.changed is not None
    (row,) = spoilt.changed.filter(pl.col("table") == "Patient").rows(named=True)
    assert (row["added"], row["changed"], row["removed"]) == (0, 3, 0)
    clean = clean_dataset()
    fewer = Dataset({**clean.tables, "LabResult": clean.frame("LabResult").head(0)}, clean.origins)
    report = validate(fewer, against=clean)
    assert report.changed is not None
    gone = report.changed.filter(pl.col("table") == "LabResult").row(0, named=True)
    assert (gone["added"], gone["removed"]) == (0, clean.frame("LabResult").height)


def test_the_same_data_in_another_order_have_not_changed() -> None:
    clean = clean_dataset()
    turned = Dataset({name: frame[list(range(frame.height))[::-1]] for name, frame in clean.tables.items()})
    report = validate(turned, against=clean)
    assert report.changed is not None
    assert report.changed.select(pl.sum_horizontal("added", "changed", "removed").sum()).item() == 0


def test_a_decimal_that_differs_by_a_float_only_has_not_changed() -> None:
    clean = clean_dataset()
    nudged = changed("LabResult", value=pl.col("value") + 1e-12)
    report = validate(nudged, against=clean)
    assert report.changed is not None
    assert report.changed["changed"].sum() == 0


def test_problems_new_and_gone_are_matched_by_patient_and_not_by_row(spoilt: Report) -> None:
    assert spoilt.since is not None
    sex = spoilt.since.filter((pl.col("rule") == "CODE") & (pl.col("field") == "sex")).row(0, named=True)
    assert (sex["new"], sex["gone"], sex["still"]) == (2, 0, 0)
    bad = changed("Patient", sex=pl.lit("f"))
    moved = Dataset({name: frame[list(range(frame.height))[::-1]] for name, frame in bad.tables.items()})
    again = validate(moved, against=bad)
    assert again.since is not None
    assert (again.since["new"].sum(), again.since["gone"].sum()) == (0, 0)


def test_completeness_counts_values_reasons_and_blanks() -> None:
    sexes, reasons = pl.Series(["female", "unknown", None]), pl.Series([None, None, "NAVU"])
    status = pl.Series([None, "alive", "alive"])
    dataset = changed("Patient", sex=sexes, sex__why=reasons, vital_status=status)
    table = {
        row["field"]: row for row in completeness(dataset).filter(pl.col("table") == "Patient").to_dicts()
    }
    assert (
        table["sex"]["filled"],
        table["sex"]["said_unknown"],
        table["sex"]["NAVU"],
        table["sex"]["blank"],
    ) == (1, 1, 1, 0)
    assert (table["vital_status"]["filled"], table["vital_status"]["blank"]) == (2, 1)


def test_an_optional_field_stands_in_completeness_only_if_needed() -> None:
    fields = set(completeness(clean_dataset())["field"])
    assert "oncotree" not in fields
    assert "oncotree" in set(completeness(clean_dataset(), ["PrimaryTumour.oncotree"])["field"])


def others(*percents: int) -> list[pl.DataFrame]:
    own = completeness(clean_dataset()).with_columns(
        NA=pl.lit(0, dtype=pl.Int64), rows=pl.lit(100, dtype=pl.Int64)
    )
    return [own.with_columns(filled=pl.lit(one, dtype=pl.Int64)) for one in percents]


def test_other_sites_are_shown_from_three_on_rounded_to_five_per_cent() -> None:
    own = completeness(clean_dataset())
    two = beside_others(own, others(81, 92)).row(0, named=True)
    assert (two["sites"], two["median"], two["lowest"], two["highest"]) == (2, None, None, None)
    three = beside_others(own, others(81, 92, 58)).row(0, named=True)
    assert (three["median"], three["lowest"], three["highest"]) == (80, 60, 90)
    assert beside_others(own, others(82, 83, 82, 83)).row(0, named=True)["median"] == 85


def test_rows_to_which_a_field_does_not_apply_do_not_count() -> None:
    dataset = changed(
        "Patient", sex=pl.Series(["female", "male", None]), sex__why=pl.Series([None, None, "NA"])
    )
    row = beside_others(completeness(dataset), []).filter(pl.col("field") == "sex").row(0, named=True)
    assert row["percent"] == 100


def test_other_sites_come_from_their_reports_or_tables(tmp_path: Path) -> None:
    report = report_object(validate(clean_dataset()))
    path = tmp_path / "others.json"
    path.write_text(json.dumps([report, report["completeness"], report]))
    assert [one.height for one in read_others(path)] == [len(report["completeness"])] * 3
    path.write_text(json.dumps({"a": 1}))
    with pytest.raises(CohortError, match="no completeness table"):
        read_others(path)


def test_an_id_of_a_foreign_form_is_told_by_its_length_also_in_messages() -> None:
    findings = finding_frame(
        [
            Finding(
                severity=Severity.ERROR,
                rule="X",
                record=CANARY,
                patient_id=CANARY,
                message=f"row 1 (record {CANARY})",
            ),
            Finding(
                severity=Severity.ERROR,
                rule="X",
                record="31",
                patient_id="UT01-P0001",
                message="row 2 (record 31)",
            ),
        ]
    )
    told = fit_to_travel(findings)
    assert told["record"].to_list() == ["(9 characters)", "31"]
    assert told["patient_id"].to_list() == ["(9 characters)", "UT01-P0001"]
    assert told["message"].to_list() == ["row 1 (record (9 characters))", "row 2 (record 31)"]


def test_a_formula_is_no_formula_in_the_csv() -> None:
    findings = finding_frame([Finding(severity=Severity.ERROR, rule="X", file="=cmd|' /C calc'!A0.csv")])
    assert without_formulas(findings)["file"][0].startswith("'=")


def test_no_text_of_a_cell_stands_in_any_file_of_the_report(tmp_path: Path) -> None:
    """A name in every cell of the patients' table; all tables: tests/generative/cohort/report."""
    raw = {one.file: one for one in texts_of(clean_dataset())}
    own = raw["patient.csv"]
    named = own.frame.with_columns(pl.lit(CANARY).alias(name) for name in own.frame.columns)
    dataset = dataset_of(list({**raw, own.file: RawTable(named, own.rows, own.file)}.values()))
    report = validate(dataset, against=clean_dataset(), identifiers=scan(dataset))
    assert report.errors
    paths = write_report(report, tmp_path)
    assert [path.name for path in paths if CANARY.lower() in path.read_text().lower()] == []


def test_the_page_is_one_file_that_runs_and_asks_for_nothing(spoilt: Report) -> None:
    html = page(spoilt)
    assert html == page(spoilt)
    assert not re.search(r"<script|<link|<img|https?://|@import|url\(", html)
    assert "default-src 'none'" in html
    assert len(html) < 60_000


def test_severity_is_told_in_words_and_tables_have_heads(spoilt: Report) -> None:
    html = page(spoilt)
    assert '<span class="tag error">Error</span>' in html
    assert html.count("<table>") == html.count("<thead>") == html.count("<caption")
    assert '<th scope="col"' in html
    assert '<th scope="row"' in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_text_from_outside_is_escaped() -> None:
    clean = clean_dataset()
    report = validate(Dataset(clean.tables, clean.origins, unused=("<script>x</script>.csv",)))
    assert "<script>" not in page(report)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours; source: WCAG 2.2, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_colour_of_text_stands_out() -> None:
    css = (Path(page.__code__.co_filename).parent / "report.css").read_text()
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", css))
    texts = [colours[name] for name in ("ink", "soft", "accent", "error", "warning", "info", "good")]
    assert [one for one in texts if contrast(one, "#ffffff") < 4.5] == []


def test_the_json_has_its_documented_keys(spoilt: Report) -> None:
    reference = Path(__file__).parents[4] / "docs" / "reference" / "cohort" / "validation-report.md"
    told = set(re.findall(r"^\| `(\w+)`", reference.read_text(encoding="utf-8"), re.MULTILINE))
    assert set(report_object(spoilt)) <= told


def test_the_csv_has_every_finding(spoilt: Report, tmp_path: Path) -> None:
    write_report(spoilt, tmp_path)
    with (tmp_path / "findings.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == spoilt.findings.height
