"""Builds HTML as text: elements with escaped content, tables and figures for screen readers and paper."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from cimara.outcomes.report.drawing import inline_svg
from cimara.outcomes.report.findings import Cell, Drawing, Sheet
from cimara.outcomes.report.numbers import number, significant

HEADS = {
    "covariate": "Covariate",
    "coef": "Log ratio",
    "se": "Standard error",
    "hr": "Hazard ratio",
    "hr_lower": "Lower",
    "hr_upper": "Upper",
    "shr": "Subdistribution hazard ratio",
    "shr_lower": "Lower",
    "shr_upper": "Upper",
    "z": "z",
    "p": "p",
    "chisq": "Chi-square",
    "df": "df",
    "one_sided_bound": "One-sided bound",
    "smd": "Std. difference, weighted",
    "raw_smd": "Std. difference, raw",
    "n": "n",
}
"""Words for the columns of results."""
SMALLEST_P = 0.001
NOTHING = 1e-9
"""Rounding errors smaller than this are shown as 0."""
SHORT = 32
"""Texts of at most so many signs stay on one line."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Markup


def element(name: str, *content: Content, **attributes: str) -> Markup:
    """An element; content that is no Markup is escaped, `class_` and `for_` lose their underscore."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{told}>{together(content)}</{name}>")


def together(content: Iterable[Content]) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(one if isinstance(one, Markup) else escape(one, quote=False) for one in content))


def items(lines: Iterable[Content], **attributes: str) -> Markup:
    """A list with a point for each line."""
    return element("ul", *(element("li", one) for one in lines), **attributes)


def table(sheet: Sheet, *, name: str, titled: bool = True) -> Markup:
    """A table with its title as caption, in a region that scrolls where it is wider than the page.

    Columns without any value are left out. `titled=False` shows the title to screen readers only, for a table
    that stands under a heading of the same words.
    """
    shown = [
        place
        for place in range(len(sheet.columns))
        if not sheet.rows or any(row[place] not in (None, "") for row in sheet.rows)
    ]
    head = element("tr", *(_head(sheet.columns[place], numeric=_is_number(sheet, place)) for place in shown))
    rows = [
        element(
            "tr",
            *(
                _cell(row[place], sheet.columns[place], first=order == 0, numeric=_is_number(sheet, place))
                for order, place in enumerate(shown)
            ),
        )
        for row in sheet.rows
    ]
    caption = element("caption", sheet.title, **({} if titled else {"class_": "unseen"}))
    made = element("table", caption, element("thead", head), element("tbody", *rows))
    note = element("p", sheet.note, class_="note") if sheet.note else Markup("")
    region = element("div", made, class_="wide", role="region", tabindex="0", aria_label=sheet.title, id=name)
    return together((region, note))


def figure(drawing: Drawing, *, name: str) -> Markup:
    """A figure with its title and its description in words."""
    if not drawing.svg:
        return element("p", element("strong", drawing.title), ". ", drawing.description, class_="note")
    picture = Markup(inline_svg(drawing.svg, name))
    region = element("div", picture, class_="wide", role="region", tabindex="0", aria_label=drawing.title)
    words = element("figcaption", element("strong", drawing.title), ". ", drawing.description)
    return element("figure", region, words)


def shown_value(value: Cell, column: str) -> str:
    """A cell as the page prints it."""
    if value is None:
        return "\u2013"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return value
    if column in ("p", "q_p"):
        return f"< {SMALLEST_P}" if value < SMALLEST_P else f"{value:.3f}"
    if abs(value) < NOTHING:
        return "0"
    if value.is_integer() and abs(value) < 1e6:
        return number(value, 0)
    return significant(value)


def _head(column: str, *, numeric: bool) -> Markup:
    words = HEADS.get(column) or (column.replace("_", " ").strip() if column.islower() else column)
    return element("th", words[:1].upper() + words[1:] if column.islower() and column not in HEADS else words,
                   scope="col", **({"class_": "number"} if numeric else {}))  # fmt: skip


def _is_number(sheet: Sheet, place: int) -> bool:
    return place > 0 and any(isinstance(row[place], int | float) for row in sheet.rows)


def _cell(value: Cell, column: str, *, first: bool, numeric: bool) -> Markup:
    text = shown_value(value, column)
    if first:
        return element("th", text, scope="row")
    if numeric:
        return element("td", text, class_="number")
    return element("td", text, **({"class_": "short"} if len(text) <= SHORT else {}))
