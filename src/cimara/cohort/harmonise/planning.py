"""Reads the rule of one row of a mapping into a plan, or says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable

from cimara.cohort.expressions.nodes import (
    Call,
    Function,
    Node,
    Text,
    names,
)
from cimara.cohort.harmonise.codes import SIGNS, CodesError, given, normal, pairs, reason_named, unfit
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.pieces import Piece, divided, halved, unquoted
from cimara.cohort.harmonise.plans import (
    AnchorColumn,
    ByExpression,
    Case,
    CaseWhen,
    Checkbox,
    Constant,
    DateOrder,
    DateToDay,
    Direct,
    Given,
    LookUp,
    Plan,
    Recoding,
    Rule,
    SourceName,
    Template,
    UnitChange,
)
from cimara.cohort.harmonise.row import Row, node_of, template_of
from cimara.cohort.harmonise.units import factor, nearest_unit, unit_named
from cimara.cohort.model import Field, Kind, MissingReason, data_model


def plan_of(rule: Rule, row: Row, field: Field) -> Plan:
    """The plan of a row whose rule makes a field. Raises RowError."""
    makers: dict[Rule, Callable[[Row, Field], Plan]] = {
        Rule.DIRECT: _direct,
        Rule.RECODE: _recode,
        Rule.UNIT: _unit,
        Rule.DATE_TO_DAY: _date_to_day,
        Rule.CHECKBOX: _checkbox,
        Rule.CASE_WHEN: _case_when,
        Rule.CONSTANT: _constant,
        Rule.EXPRESSION: _expression,
        Rule.LINK: _link,
    }
    make = makers.get(rule)
    if make is None:
        raise RowError("rule", "split_rows makes rows, not a field", expected="target_field @rows")
    return make(row, field)


def _sole(row: Row, rule: Rule) -> None:
    if not row.columns:
        raise RowError("source_field", "no column is named", expected=f"the column that {rule} reads")


def _no_expression(row: Row, rule: Rule) -> None:
    if row["expression"]:
        raise RowError("expression", f"{rule} has no expression", expected="a blank cell")


def _direct(row: Row, field: Field) -> Direct:
    _sole(row, Rule.DIRECT)
    _no_expression(row, Rule.DIRECT)
    return Direct()


def _recode(row: Row, field: Field) -> Recoding:
    _sole(row, Rule.RECODE)
    codes: dict[str, Given] = {}
    special: dict[str, Given] = {}
    parting = ""
    try:
        for left, right in pairs(row["expression"]):
            if left == "@split":
                parting = _sign(right)
            elif left in ("@blank", "@else"):
                special[left] = given(right, field)
            elif left.startswith("@"):
                raise CodesError(f"there is no {left}; expected @blank, @else or @split")
            else:
                codes[normal(unquoted(left))] = given(right, field)
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    if parting and field.kind is not Kind.CODES:
        raise RowError("expression", f"@split, but {field.name} holds one code")
    return Recoding(codes, special.get("@blank"), special.get("@else"), parting)


def _sign(text: str) -> str:
    if text not in SIGNS:
        raise CodesError(f"@split={text}; expected one of {', '.join(SIGNS)}")
    return SIGNS[text]


def _unit(row: Row, field: Field) -> UnitChange:
    _sole(row, Rule.UNIT)
    _no_expression(row, Rule.UNIT)
    if field.kind not in (Kind.INTEGER, Kind.DECIMAL, Kind.DAY):
        raise RowError("rule", f"{field.name} is no number", expected="a field with a unit")
    own = unit_named(field.unit)
    before = unit_named(row["unit_from"])
    after = unit_named(row["unit_to"]) if row["unit_to"] else own
    if before is None:
        raise _no_unit(row, "unit_from")
    if after is None:
        raise _no_unit(row, "unit_to")
    if own is not None and (own.quantity, own.size) != (after.quantity, after.size):
        raise RowError("unit_to", f"{field.name} is in {field.unit}", expected=field.unit)
    if before.quantity != after.quantity:
        raise RowError(
            "unit_from",
            f"{row['unit_from']} measures {before.quantity}",
            expected=f"a unit of {after.quantity}",
        )
    return UnitChange(factor(before, after))


def _no_unit(row: Row, column: str) -> RowError:
    near = nearest_unit(row[column])
    return RowError(
        column,
        f"no unit {row[column]!r}" if row[column] else "no unit is given",
        expected="a unit of docs/reference/cohort/mapping.md",
        hint=f"Did you mean {near}?" if near else "",
    )


def _date_to_day(row: Row, field: Field) -> DateToDay:
    _sole(row, Rule.DATE_TO_DAY)
    if field.kind is not Kind.DAY:
        raise RowError(
            "rule", f"{field.name} is no day", expected="a field of days, or day() in an expression"
        )
    known = ("anchor", "order", "partial")
    found: dict[str, str] = {}
    for piece in divided(row.expression, ";"):
        sides = halved(piece, "=")
        if sides is None or sides[0].text not in known:
            raise RowError(
                "expression", f"{piece.text!r} is no setting of a date", expected="anchor = column"
            )
        found[sides[0].text] = sides[1].text
    try:
        partial = reason_named(found["partial"]) if "partial" in found else None
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    if "partial" in found and partial is None:
        raise RowError("expression", "partial is no reason", expected="partial = @UNK")
    order = order_of(found["order"]) if "order" in found else None
    return DateToDay(_anchor_column(found.get("anchor", "")), order, partial)


def _anchor_column(text: str) -> AnchorColumn | None:
    if not text:
        return None
    file, sign, column = text.rpartition(":")
    name, _, part = file.partition(":")
    return AnchorColumn(unquoted(column.strip()), SourceName(name.strip(), part.strip()) if sign else None)


def order_of(text: str) -> DateOrder:
    """The order of dates that a text names. Raises RowError."""
    if text.upper() not in set(DateOrder):
        raise RowError("expression", f"{text!r} is no order of dates", expected="YMD, DMY or MDY")
    return DateOrder(text.upper())


def _checkbox(row: Row, field: Field) -> Checkbox:
    if len(row.columns) != 1:
        raise RowError("source_field", "a checkbox has one base name", expected="sites, or met_{code}")
    base = row.columns[0]
    columns: dict[str, Given] = {}
    none, complete = None, ""
    try:
        for left, right in pairs(row["expression"]):
            if left == "@none":
                none = given(right, field)
            elif left == "@complete":
                complete = unquoted(right)
            elif left.startswith("@"):
                raise CodesError(f"there is no {left}; expected @none or @complete")
            else:
                columns[checkbox_column(base, unquoted(left))] = given(right, field)
    except CodesError as error:
        raise RowError("expression", str(error)) from error
    if complete and none is None:
        raise RowError(
            "expression", "@complete without @none", expected="@none=..., what an empty answer means"
        )
    if not columns:
        raise RowError("expression", "no code is listed", expected="1=lung; 2=liver")
    return Checkbox(columns, base, none, complete)


def checkbox_column(base: str, code: str) -> str:
    """The column of one answer: REDCap writes codes in lower case and other signs as `_`."""
    if "{code}" in base:
        return base.replace("{code}", code)
    return f"{base}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"


def _case_when(row: Row, field: Field) -> CaseWhen:
    cases: list[Case] = []
    parts = divided(row.expression, ";")
    for place, piece in enumerate(parts, start=1):
        sides = halved(piece, ":")
        if sides is not None:
            cases.append(Case(node_of(sides[0]), _result(sides[1], field)))
        elif re.match(r"else\b", piece.text) and place == len(parts) and cases:
            rest = Piece(piece.text[4:].strip(), piece.start + len(piece.text) - len(piece.text[4:].lstrip()))
            cases.append(Case(None, _result(rest, field)))
        else:
            raise RowError(
                "expression",
                f"{piece.text!r} is no case",
                expected="condition: value; condition: value; else value",
            )
    if not cases:
        raise RowError("expression", "no case is given", expected="condition: value; else value")
    return CaseWhen(tuple(cases))


def _result(piece: Piece, field: Field) -> Node | MissingReason:
    try:
        reason = reason_named(piece.text)
    except CodesError:
        reason = None
    if reason is not None:
        return reason
    node = node_of(piece)
    _refuse_foreign_codes(node, field)
    return node


def _refuse_foreign_codes(node: Node, field: Field) -> None:
    """Texts that an expression leads to have to be codes of the field."""
    for text in _outcomes(node):
        problem = unfit(text.value, field)
        if problem:
            raise RowError("expression", f"character {text.at}: {problem}")


def _outcomes(node: Node) -> list[Text]:
    if isinstance(node, Text):
        return [node]
    if isinstance(node, Call) and node.function in (Function.IF, Function.COALESCE):
        branches = node.arguments[1:] if node.function is Function.IF else node.arguments
        return [text for one in branches for text in _outcomes(one)]
    return []


def _expression(row: Row, field: Field) -> ByExpression:
    node = node_of(row.expression)
    _refuse_foreign_codes(node, field)
    used = [one for one in names(node) if not one.startswith("@")]
    if row.columns and set(row.columns) != set(used):
        odd = sorted(set(row.columns) ^ set(used))
        raise RowError(
            "source_field",
            f"source_field and expression differ in {', '.join(odd)}",
            expected="the columns that the expression uses, or a blank cell",
        )
    return ByExpression(node)


def _constant(row: Row, field: Field) -> Constant:
    if row.columns:
        raise RowError("source_field", "a constant reads no column", expected="a blank cell")
    if not row["expression"]:
        raise RowError("expression", "no value is given", expected="the value for all rows")
    try:
        return Constant(given(row["expression"], field))
    except CodesError as error:
        raise RowError("expression", str(error)) from error


def _link(row: Row, field: Field) -> Template | LookUp:
    match = re.fullmatch(r"(\w+)\s+where\s+(.+)", row["expression"])
    if match is None:
        return template_of(row["expression"])
    if match[1] != field.references:
        raise RowError(
            "expression",
            f"{field.name} does not refer to {match[1]!r}",
            expected=f"{field.references} where ..." if field.references else "a template",
        )
    found: list[tuple[str, str]] = []
    for piece in divided(Piece(match[2], match.start(2)), ","):
        sides = halved(piece, "=")
        if sides is None or not sides[0].text or not sides[1].text:
            raise RowError(
                "expression", f"{piece.text!r} is no pair", expected="column of the parent = column here"
            )
        found.append((unquoted(sides[0].text), unquoted(sides[1].text)))
    return LookUp(data_model().entity(match[1]), tuple(found))
