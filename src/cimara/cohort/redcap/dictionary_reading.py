"""Reads anybody's data dictionary into fields: any REDCap version, and what people do to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Finding, Severity, finding_frame, joined
from cimara.cohort.model import closest
from cimara.cohort.raw_tables import RawTable
from cimara.cohort.redcap.choices import TRUE_FALSE, YES_NO, Choice, read_choices
from cimara.cohort.redcap.columns import plain_text
from cimara.cohort.redcap.dictionary_faults import faults_between
from cimara.cohort.redcap.opening import open_table
from cimara.cohort.redcap.structure import FieldType, Project, ProjectField

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("variablefieldname", "fieldname", "variable", "variablename"),
    "form": ("formname", "form", "instrument", "instrumentname"),
    "header": ("sectionheader",),
    "type": ("fieldtype", "type"),
    "label": ("fieldlabel", "label"),
    "choices": (
        "choicescalculationsorsliderlabels",
        "choicesorcalculations",
        "choicescalculations",
        "choices",
        "selectchoicesorcalculations",
    ),
    "note": ("fieldnote", "note"),
    "validation": ("textvalidationtypeorshowslidernumber", "textvalidationtype", "validationtype"),
    "lowest": ("textvalidationmin", "validationmin"),
    "highest": ("textvalidationmax", "validationmax"),
    "identifier": ("identifier",),
    "branching": ("branchinglogicshowfieldonlyif", "branchinglogic"),
    "required": ("requiredfield", "required"),
    "alignment": ("customalignment",),
    "question": ("questionnumbersurveysonly", "questionnumber"),
    "matrix": ("matrixgroupname",),
    "ranking": ("matrixranking",),
    "annotation": ("fieldannotation", "annotation"),
}
"""The columns, by what they hold, and their headers (letters only) in exports, the API and older versions."""

NEEDED = ("name", "form", "type")
TYPES = {
    "select": FieldType.DROPDOWN,
    "textarea": FieldType.NOTES,
    "advcheckbox": FieldType.CHECKBOX,
    "checkboxes": FieldType.CHECKBOX,
    "calculated": FieldType.CALCULATED,
}
"""Other words for types, from old projects and REDCap's own database."""
LONGEST_NAME = 26
NOT_FILLED = "NA"
"""What R writes for a blank cell."""


def read_dictionary(path: Path) -> Project:
    """The project of a data dictionary; faults of rows are findings. Raises CohortError if it is none."""
    return project_of(open_table(path))


def project_of(raw: RawTable) -> Project:
    """The project of a data dictionary that is open already."""
    columns = _columns(raw.frame.columns, raw.file)
    text = raw.frame.rename({column: key for key, column in columns.items()}).select(list(columns))
    text = text.with_columns(
        [text[key].replace(NOT_FILLED, None) for key in columns if key not in ("name", "label", "note")]
    )
    reader = _Reader(raw.file)
    for row, cells in zip(raw.rows, text.fill_null("").to_dicts(), strict=True):
        if any(cells.values()):
            reader.read(row, cells)
    if not reader.fields:
        raise CohortError("the data dictionary has no field", where=raw.file)
    fields = tuple(reader.fields.values())
    found = [*reader.findings, *faults_between(fields, raw.file)]
    return Project(fields, raw.file, findings=joined([raw.findings, finding_frame(found)]))


def _columns(header: list[str], file: str) -> dict[str, str]:
    """The column of the file that holds each thing. Raises CohortError where one needed is missing."""
    letters = {re.sub("[^a-z]", "", one.lower()): one for one in reversed(header)}
    found: dict[str, str] = {}
    for key, known in COLUMNS.items():
        name = next((one for one in known if one in letters), "")
        name = name or next((one for one in letters if len(one) > 8 and closest(one, known[:1])), "")
        if name and letters[name] not in found.values():
            found[key] = letters[name]
    missing = [key for key in NEEDED if key not in found]
    if missing:
        wanted = {"name": "Variable / Field Name", "form": "Form Name", "type": "Field Type"}
        raise CohortError(
            "the file is no data dictionary: no column for " + ", ".join(wanted[key] for key in missing),
            where=file,
            expected="a dictionary as REDCap writes it (Project Setup > Data Dictionary > Download)",
        )
    return found


class _Reader:
    """Reads the rows of a dictionary one after the other: a form may be left out where it stays the same."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.fields: dict[str, ProjectField] = {}
        self.findings: list[Finding] = []
        self.form = ""

    def tell(self, severity: Severity, rule: str, row: int, name: str, problem: str, hint: str = "") -> None:
        """Note a finding of one row."""
        where = f"{self.file} row {row}" + (f" ({name})" if name else "")
        self.findings.append(
            Finding(
                severity=severity,
                rule=rule,
                table=self.form,
                field=name,
                file=self.file,
                row=row,
                message=f"{where}: {problem}",
                hint=hint,
            )
        )

    def read(self, row: int, cells: Mapping[str, str]) -> None:
        """Read one row."""
        self.form = self._form(row, cells)
        name = self._name(row, cells["name"])
        if not name:
            return
        if name in self.fields:
            self.tell(
                Severity.ERROR,
                "DICT_DOUBLE",
                row,
                name,
                f"the field stands in row {self.fields[name].row} already; this row was not read",
                "Rename one of them.",
            )
            return
        kind = self._type(row, name, cells["type"])
        listed = cells.get("choices", "")
        self.fields[name] = ProjectField(
            name=name,
            form=self.form,
            type=kind,
            label=plain_text(cells.get("label", "")),
            choices=self._choices(row, name, kind, listed),
            calculation=listed if kind in (FieldType.CALCULATED, FieldType.SQL) else "",
            note=plain_text(cells.get("note", "")),
            validation=cells.get("validation", "").lower(),
            lowest=cells.get("lowest", ""),
            highest=cells.get("highest", ""),
            identifier=cells.get("identifier", "").lower() in ("y", "yes", "1", "true"),
            branching=cells.get("branching", ""),
            required=cells.get("required", "").lower() in ("y", "yes", "1", "true"),
            matrix=cells.get("matrix", ""),
            annotation=cells.get("annotation", ""),
            row=row,
        )

    def _form(self, row: int, cells: Mapping[str, str]) -> str:
        said = cells["form"]
        if not said:
            self.tell(
                Severity.ERROR,
                "DICT_FORM",
                row,
                cells["name"],
                f"no form is named; read as {self.form or 'form_1'}",
                "Fill in the form name.",
            )
            return self.form or "form_1"
        form = re.sub("[^a-z0-9]+", "_", said.lower()).strip("_")
        if form != said and form != self.form:
            self.tell(Severity.WARNING, "DICT_FORM", row, cells["name"], f"form {said!r} is read as {form}")
        return form

    def _name(self, row: int, said: str) -> str:
        if not said:
            hint = "Fill it in, or take the row out."
            self.tell(Severity.ERROR, "DICT_NAME", row, "", "no field is named; not read", hint)
            return ""
        name = said.lower()
        if not re.fullmatch("[a-z][a-z0-9_]*", name):
            self.tell(
                Severity.ERROR,
                "DICT_NAME",
                row,
                name,
                "the name has other signs than letters, digits and _, or starts with none",
                "REDCap refuses such a dictionary; rename the field.",
            )
        elif name != said:
            self.tell(Severity.WARNING, "DICT_NAME", row, name, f"{said} is read as {name}")
        if len(name) > LONGEST_NAME:
            self.tell(
                Severity.WARNING,
                "DICT_NAME",
                row,
                name,
                f"the name has {len(name)} signs; names over {LONGEST_NAME} vanish from some exports",
            )
        return name

    def _type(self, row: int, name: str, said: str) -> FieldType:
        word = said.lower().replace(" ", "").replace("-", "").replace("_", "").replace("/", "")
        if word in TYPES:
            return TYPES[word]
        if word in tuple(FieldType):
            return FieldType(word)
        self.tell(
            Severity.ERROR,
            "DICT_TYPE",
            row,
            name,
            f"{said or 'nothing'} is no type of field; read as text",
            f"One of {', '.join(FieldType)}.",
        )
        return FieldType.TEXT

    def _choices(self, row: int, name: str, kind: FieldType, text: str) -> tuple[Choice, ...]:
        if kind is FieldType.YES_NO:
            return YES_NO
        if kind is FieldType.TRUE_FALSE:
            return TRUE_FALSE
        if kind not in (FieldType.DROPDOWN, FieldType.RADIO, FieldType.CHECKBOX):
            return ()
        choices, problems = read_choices(text)
        for one in problems:
            severity = Severity.ERROR if one.grave else Severity.WARNING
            self.tell(severity, "DICT_CHOICES", row, name, one.problem, one.hint)
        if not choices:
            hint = "Write them as `1, Left | 2, Right`."
            self.tell(Severity.ERROR, "DICT_CHOICES", row, name, f"a {kind} without choices", hint)
        return choices
