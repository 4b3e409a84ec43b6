"""Reads the variables of a study file, each of one form."""

from __future__ import annotations

import re
from typing import Any

from cimara.cohort.model import data_model
from cimara.cohort.study.model import OWN_COLUMNS, Form, Variable
from cimara.cohort.study.toml_reader import TomlReader, nearest
from cimara.terms.toml_lines import KeyPath

COMMON = ("name", "label", "needed_by")
FIXED = ("centre", "scale", "levels", "known")
KEYS: dict[Form, tuple[str, ...]] = {
    Form.EXPR: (*COMMON, *FIXED),
    Form.INDEX: (*COMMON, *FIXED, "value"),
    Form.CONCURRENT: (*COMMON, "levels", "known", "before", "after"),
    Form.SINCE: (*COMMON, "forward"),
    Form.DURING: (*COMMON, "value", "centre", "scale", "forward"),
}
"""Keys that each form of variable takes beside its own."""
INDICES = ("gpa", "rpa", "bmv", "ibmv")
INDEX_VALUES = ("value", "band")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


def read_variables(reader: TomlReader, data: dict[str, Any]) -> tuple[Variable, ...]:
    """The variables in the order of the file; faults go to the reader."""
    return tuple(_variable(reader, path, table) for path, table in reader.tables(data, "variables"))


def _variable(reader: TomlReader, path: KeyPath, table: dict[str, Any]) -> Variable:
    form = _form(reader, path, table)
    reader.keys(path, table, (*KEYS[form], str(form)))
    scale = reader.number((*path, "scale"), table.get("scale"), 1.0)
    if scale <= 0:
        reader.fault((*path, "scale"), "expected a number above 0")
        scale = 1.0
    text = reader.text((*path, str(form)), table.get(str(form)), needed=True)
    classes = data_model().entity("SystemicTherapyLine").field("class").code_names
    if form is Form.CONCURRENT and text and text not in classes:
        reader.fault((*path, str(form)), f"no class of agents {text!r}; {nearest(text, classes)}")
    return Variable(
        name=_name(reader, path, table.get("name")),
        form=form,
        text=text,
        value=_value(reader, path, form, text, table.get("value")),
        before=reader.whole((*path, "before"), table.get("before"), 7),
        after=reader.whole((*path, "after"), table.get("after"), 21),
        label=reader.text((*path, "label"), table.get("label", "")),
        centre=reader.number((*path, "centre"), table.get("centre"), 0.0),
        scale=scale,
        known=reader.text((*path, "known"), table.get("known", "")),
        levels=reader.texts((*path, "levels"), table.get("levels")),
        needed_by=reader.texts((*path, "needed_by"), table.get("needed_by")),
        forward=form is Form.SINCE or reader.flag((*path, "forward"), table.get("forward")),
    )


def _form(reader: TomlReader, path: KeyPath, table: dict[str, Any]) -> Form:
    given = [form for form in Form if str(form) in table]
    if len(given) != 1:
        told = "has none" if not given else f"has {' and '.join(given)}"
        reader.fault(path, f"a variable has one of {', '.join(Form)}, and this one {told}")
    return given[0] if given else Form.EXPR


def _name(reader: TomlReader, path: KeyPath, value: object) -> str:
    name = reader.text((*path, "name"), value, needed=True)
    if name and not _NAME.fullmatch(name):
        reader.fault((*path, "name"), "expected a name in small letters, digits and _, such as ln_v12")
    if name in OWN_COLUMNS:
        reader.fault((*path, "name"), f"{name} is a column that every study has; choose another name")
    return name


def _value(reader: TomlReader, path: KeyPath, form: Form, text: str, value: object) -> str:
    if form is Form.DURING:
        return reader.text((*path, "value"), value) if value is not None else ""
    if form is not Form.INDEX:
        return ""
    if text and text not in INDICES:
        reader.fault((*path, "index"), f"no index {text!r}; {nearest(text, INDICES)}")
    asked = "value" if value is None else str(value)
    if asked not in INDEX_VALUES:
        reader.fault((*path, "value"), f"unknown word; {nearest(asked, INDEX_VALUES)}")
    return asked
