"""The specialties of the network as bars: each member once, by primary specialty, the most first."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from cimara_web.members.drawing import ACCENT, LINE, MUTED, attribute, svg, text
from cimara_web.members.labels import SPECIALTIES, worded

WIDTH, LABELS, NUMBERS = 1000.0, 270.0, 110.0
ROW, BAR, HEAD, FOOT = 34.0, 20.0, 8.0, 30.0


def draw_bars(counts: Sequence[tuple[str, int]], *, as_of: str) -> str:
    """The bars as an SVG file with a title and what it shows in words."""
    total = sum(count for _specialty, count in counts)
    most = max((count for _specialty, count in counts), default=1)
    parts = [f'<path d="M{LABELS} {HEAD}v{len(counts) * ROW}" stroke="{LINE}" stroke-width="1"/>']
    for place, (specialty, count) in enumerate(counts):
        parts += _bar(place, worded(SPECIALTIES, specialty), count, most, total)
    height = HEAD + len(counts) * ROW + FOOT
    parts.append(text(WIDTH - 4, height - 8, as_of, colour=MUTED, anchor="end"))
    return svg(
        WIDTH,
        height,
        title=_("Members by specialty"),
        description=describe(counts),
        parts=parts,
    )


def describe(counts: Sequence[tuple[str, int]]) -> str:
    """What the bars show in words, for those who don't see them."""
    if not counts:
        return _("There are no members yet.")
    specialty, count = counts[0]
    return _(
        "Bars of the number of members by first specialty. The longest is %(specialty)s with %(count)s of "
        "%(total)s members. The table below has the same numbers."
    ) % {
        "specialty": worded(SPECIALTIES, specialty),
        "count": count,
        "total": sum(n for _specialty, n in counts),
    }


def _bar(place: int, words: str, count: int, most: int, total: int) -> list[str]:
    top = HEAD + place * ROW + (ROW - BAR) / 2
    length = (WIDTH - LABELS - NUMBERS) * count / most
    line = top + BAR / 2 + 4.5
    return [
        text(LABELS - 12, line, words, anchor="end"),
        f'<rect x="{LABELS}" y="{top:.1f}" width="{length:.1f}" height="{BAR}" fill="{ACCENT}">'
        f"<title>{attribute(words)}: {count}</title></rect>",
        text(LABELS + length + 8, line, str(count), weight="600"),
        text(LABELS + length + 44, line, share(count, total), colour=MUTED),
    ]


def share(count: int, total: int) -> str:
    """A part of the whole in whole per cent."""
    return f"{100 * count / total:.0f} %"
