"""Builds HTML as text: elements with escaped content, and tables that scroll on narrow screens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

Cell = str | int | float | None


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Markup


def element(name: str, *content: Content, **attributes: str) -> Markup:
    """An element; content that is no Markup is escaped, `class_` loses its underscore."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{told}>{together(content)}</{name}>")


def together(content: Iterable[Content]) -> Markup:
    """Pieces one after the other."""
    return Markup("".join(one if isinstance(one, Markup) else escape(one, quote=False) for one in content))


def bullets(lines: Iterable[Content], **attributes: str) -> Markup:
    """A list with a point for each line."""
    return element("ul", *(element("li", one) for one in lines), **attributes)


def facts(pairs: Iterable[tuple[str, Content]]) -> Markup:
    """Names and values beside each other."""
    held = (together((element("dt", name), element("dd", value))) for name, value in pairs)
    return element("dl", *held, class_="facts")


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[Cell | Markup]],
    *,
    caption: str,
    numbers: Iterable[int] = (),
) -> Markup:
    """A table in a region that scrolls; a row's first cell is its head. `numbers` are columns of figures."""
    right = frozenset(numbers)
    head = element("tr", *(_head(text, place in right) for place, text in enumerate(heads)))
    body = [
        element("tr", *(_cell(cell, place, place in right) for place, cell in enumerate(row))) for row in rows
    ]
    made = element(
        "table",
        element("caption", caption, class_="unseen"),
        element("thead", head),
        element("tbody", *body),
    )
    return element("div", made, class_="wide", role="region", tabindex="0", aria_label=caption)


def _head(text: str, is_number: bool) -> Markup:
    return element("th", text, scope="col", **({"class_": "number"} if is_number else {}))


def _cell(cell: Cell | Markup, place: int, is_number: bool) -> Markup:
    text = cell if isinstance(cell, str) else "\u2013" if cell is None else f"{cell:,}"
    if place == 0:
        return element("th", text, scope="row")
    return element("td", text, **({"class_": "number"} if is_number else {}))
