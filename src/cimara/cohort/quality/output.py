"""Writes the quality of sites: a page for people, tables and JSON for machines.

Small numbers of one site are not told to others: a count under 5 is "<5", and its share is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from cimara.cohort.quality.build import Quality, SiteQuality
from cimara.cohort.quality.summary import Share, Spread
from cimara.cohort.report.document import document
from cimara.cohort.report.markup import Cell, Markup, bullets, element, table

SMALL = 5


def write_quality(found: Quality, folder: Path) -> list[Path]:
    """Write quality.html, shares.csv, differences.csv and quality.json; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data = folder / "quality.html", folder / "quality.json"
    page.write_text(quality_page(found), encoding="utf-8")
    data.write_text(json.dumps(as_json(found), indent=1) + "\n", encoding="utf-8")
    shares, differences = folder / "shares.csv", folder / "differences.csv"
    share_frame(found).write_csv(shares)
    pl.DataFrame([asdict(one) for one in found.differences]).write_csv(differences)
    return [page, shares, differences, data]


def share_frame(found: Quality) -> pl.DataFrame:
    """Shares by site, small counts as "<5"."""
    rows = [
        (site.site, one.name, one.label, counted(one.part), one.n, percent(one))
        for site in found.sites
        for one in site.shares
    ]
    names = ("site", "share", "label", "count", "n", "percent")
    return pl.DataFrame(rows, schema=names, orient="row")


def counted(count: int) -> str:
    """A count as it may be told to others."""
    return f"<{SMALL}" if 0 < count < SMALL else str(count)


def percent(share: Share) -> str:
    """A share in percent; nothing where its count, or what is left of it, is too small to be told."""
    if share.n == 0 or 0 < share.part < SMALL or 0 < share.n - share.part < SMALL:
        return ""
    return f"{100 * share.part / share.n:.0f}"


def as_json(found: Quality) -> dict[str, Any]:
    """The whole result with flags in words, small counts as "<5"."""
    return {
        "sites": [
            {
                "site": one.site,
                "patients": one.patients,
                "shares": {
                    share.name: {"count": counted(share.part), "n": share.n, "percent": percent(share)}
                    for share in one.shares
                },
                "spreads": {spread.name: asdict(spread) for spread in one.spreads},
                "digits": [asdict(digits) for digits in one.digits],
                "likely_duplicates": len(one.duplicates),
                "distance": found.distances.get(one.site),
                "flags": found.flags(one.site),
            }
            for one in found.sites
        ]
    }


def quality_page(found: Quality) -> str:
    """The page: flags first, then every site in every figure."""
    body = element(
        "main",
        element("h1", "Quality of sites"),
        element(
            "p",
            f"{len(found.sites)} sites, {sum(one.patients for one in found.sites):,} patients. "
            "Flags are advice: no site is left out for one.",
        ),
        element("section", element("h2", "What to look at"), *_flags(found)),
        element("section", element("h2", "Shares"), _shares(found)),
        element("section", element("h2", "Follow-up and scans"), _spreads(found)),
        element("section", element("h2", "How far a site is from the others"), _distances(found)),
    )
    return document("Quality of sites", body)


def _flags(found: Quality) -> Iterator[Markup]:
    flagged = [(one.site, found.flags(one.site)) for one in found.sites]
    if not any(flags for _, flags in flagged):
        yield element("p", "Nothing is out of line.")
    for site, flags in flagged:
        if flags:
            yield element("h3", site)
            yield bullets(flags)


def _shares(found: Quality) -> Markup:
    heads = ["Site", *(one.label for one in found.sites[0].shares)] if found.sites else ["Site"]
    rows = [[one.site, *(_told(share) for share in one.shares)] for one in found.sites]
    return table(heads, rows, caption="Shares by site", numbers=range(1, len(heads)))


def _told(share: Share) -> str:
    if share.n == 0:
        return "\u2013"
    told = percent(share)
    return f"{counted(share.part)} of {share.n}" + (f" ({told} %)" if told else "")


def _spreads(found: Quality) -> Markup:
    heads = ["Site", "Patients", "Days between scans", "Days to last contact"]
    rows: list[list[Cell]] = [
        [one.site, one.patients, *(_range(spread) for spread in one.spreads)] for one in found.sites
    ]
    return table(heads, rows, caption="Median and quartiles", numbers=(1, 2, 3))


def _range(spread: Spread) -> str:
    if spread.median is None or spread.lower is None or spread.upper is None:
        return "\u2013"
    return f"{spread.median:.0f} ({spread.lower:.0f} to {spread.upper:.0f})"


def _distances(found: Quality) -> Markup:
    if not found.distances:
        return element("p", "There are too few sites with all figures to tell.")
    rows = [[site, f"{distance:.1f}"] for site, distance in _farthest(found)]
    return table(["Site", "Distance"], rows, caption="Mahalanobis distance of the means", numbers=(1,))


def _farthest(found: Quality) -> list[tuple[str, float]]:
    return sorted(found.distances.items(), key=lambda item: -item[1])


def site_line(one: SiteQuality, flags: list[str]) -> str:
    """A site in a line for a terminal."""
    return f"{one.site}  {one.patients:>5} patients  " + (
        "; ".join(flags) if flags else "nothing out of line"
    )
