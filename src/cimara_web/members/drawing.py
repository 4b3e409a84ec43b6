"""SVG files drawn by hand: attributes alone and no style, so that the portal's policy lets them be."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK, MUTED, PAPER, LINE = "#1b2530", "#4a5763", "#ffffff", "#d8dee4"
ACCENT, LAND, SEA = "#1f4e9e", "#d8dee4", "#f4f7fa"
"""Colours of the portal's stylesheet, which a file of its own can't ask for by name."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif"


def svg(width: float, height: float, *, title: str, description: str, parts: Iterable[str]) -> str:
    """A whole file with its title and its description."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:.1f}" width="{width:g}" '
        f'height="{height:.1f}" role="img" aria-labelledby="title about" font-family="{FONT}" font-size="13">'
        f'<title id="title">{attribute(title)}</title><desc id="about">{attribute(description)}</desc>'
        f'<rect width="100%" height="100%" fill="{PAPER}"/>{"".join(parts)}</svg>\n'
    )


def text(
    x: float, y: float, words: str, *, colour: str = INK, anchor: str = "start", weight: str = "400"
) -> str:
    """A line of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{attribute(words)}</text>"
    )


def attribute(words: str) -> str:
    """Words as they may stand in a file of tags; what XML can't hold at all is left out."""
    return escape("".join(sign for sign in words if sign >= " "), quote=True)
