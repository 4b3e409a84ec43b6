"""Makes a drawing fit to stand inside a page whose policy allows no style attribute and no style element."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

_SVG = "http://www.w3.org/2000/svg"
_FONT = re.compile(r"(?:(?P<weight>bold|normal|\d{3})\s+)?(?P<size>[\d.]+px)\s+(?P<family>.+)")
_DROPPED = (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")
_LINK = "{http://www.w3.org/1999/xlink}href"


def inline_svg(document: str, *, key: str, title: str, description: str) -> str:
    """The `<svg>` element alone, every style as an attribute of its own, named for a screen reader.

    `key` goes before every id, so that two drawings may stand on one page.
    """
    root = ET.fromstring(document)
    for parent in list(root.iter()):
        for child in [one for one in parent if one.tag in _DROPPED]:
            parent.remove(child)
    for element in root.iter():
        _restyle(element)
        _rename(element, key)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{key}-title {key}-description",
        "class": "chart",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    for old in root.findall(f"{{{_SVG}}}title"):
        root.remove(old)
    for place, (name, text) in enumerate((("title", title), ("desc", description))):
        told = ET.Element(
            f"{{{_SVG}}}{name}", {"id": f"{key}-{'title' if name == 'title' else 'description'}"}
        )
        told.text = text
        root.insert(place, told)
    ET.register_namespace("", _SVG)
    out = io.StringIO()
    ET.ElementTree(root).write(out, encoding="unicode", short_empty_elements=True)
    return out.getvalue()


def _restyle(element: ET.Element) -> None:
    """What stood in `style` as attributes; the short form `font` in its parts."""
    for part in element.attrib.pop("style", "").split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        found = _FONT.fullmatch(value) if name == "font" else None
        if found:
            element.attrib |= {"font-size": found["size"], "font-family": found["family"].replace("'", "")}
            if found["weight"]:
                element.attrib["font-weight"] = found["weight"]
        elif name and name != "font":
            element.attrib[name] = value


def _rename(element: ET.Element, key: str) -> None:
    if "id" in element.attrib:
        element.attrib["id"] = f"{key}-{element.attrib['id']}"
    target = element.attrib.pop(_LINK, "")
    if target:
        element.attrib["href"] = f"#{key}-{target[1:]}"
    for name, value in element.attrib.items():
        if value.startswith("url(#"):
            element.attrib[name] = f"url(#{key}-{value[5:]}"
