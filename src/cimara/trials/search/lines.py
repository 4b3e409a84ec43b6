"""A page of hits, and the reasons against a study, as lines of plain text."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.trials.search.nearby import NearestSite
from cimara.trials.search.page import Hit, SearchPage, Undecided
from cimara.trials.search.why_not import Absence, WhyNot
from cimara.trials.snapshot import SnapshotMeta

TITLE_WIDTH = 96
_STARTER = "  [starter record, restated; not the registry's own text]"
_LEFT_OPEN = {
    ("brm", "unclear"): "more have words on brain metastases that couldn't be read for sure",
    ("brm", "not_mentioned"): "more do not say anything on brain metastases",
    ("lmd", "unclear"): "more have words on leptomeningeal disease that couldn't be read for sure",
    ("lmd", "not_mentioned"): "more do not say anything on leptomeningeal disease",
    ("tumour", "wider"): "more take a wider group of tumours",
    ("first_posted", "missing"): "more give no date of posting",
    ("updated_since", "missing"): "more give no date of update",
}
_ASKED_FOR = {
    ("brm", "unclear"): "--brm unclear",
    ("brm", "not_mentioned"): "--brm not_mentioned",
    ("lmd", "unclear"): "--lmd unclear",
    ("lmd", "not_mentioned"): "--lmd not_mentioned",
    ("tumour", "wider"): "--tumour any_solid",
}


def page_lines(page: SearchPage, meta: SnapshotMeta) -> Iterator[str]:
    """The page as the command shows it."""
    for notice in page.notices:
        alternatives = f" (or: {'; '.join(notice.suggestions)})" if notice.suggestions else ""
        yield f"note: {notice.message}{alternatives}"
    yield f"{page.total} found; data of {meta.data_date or 'an unknown date'}"
    for hit in page.hits:
        yield from _hit_lines(hit)
    if page.also_in_text:
        yield f"also in the trial's text ({page.also_in_text_total}):"
        for hit in page.also_in_text:
            yield from _hit_lines(hit)
    yield from filter(None, map(_open_line, page.undecided))
    if page.cursor:
        yield f"next page: --cursor {page.cursor}"


def _hit_lines(hit: Hit) -> Iterator[str]:
    phases = "/".join(phase.replace("PHASE", "") for phase in hit.phases) or "-"
    yield (
        f"{hit.nct_id}  {_plain(hit.overall_status):<24} phase {phases:<8}"
        f" BrM {_plain(hit.brm_policy):<15} LMD {_plain(hit.lmd_policy)}"
    )
    title = hit.brief_title
    yield "    " + (title if len(title) <= TITLE_WIDTH else f"{title[: TITLE_WIDTH - 1]}…")
    if hit.nearest:
        yield f"    {_site(hit.nearest)}"
    if hit.starter:
        yield _STARTER


def _plain(word: str) -> str:
    return word.lower().replace("_", " ")


def _site(site: NearestSite) -> str:
    place = ", ".join(part for part in (site.facility, site.city, site.country) if part) or "a site"
    distance = "distance not known" if site.km is None else f"{site.km:,.0f} km"
    centre = ", from the city's centre" if site.geo_basis == "city" else ""
    inherited = ", as the trial's own status" if site.status_inherited else ""
    return f"{distance}{centre}: {place} ({_plain(site.status)}{inherited})"


def _open_line(item: Undecided) -> str | None:
    if not item.count.value:
        return None
    asked = _ASKED_FOR.get((item.field, item.value))
    return f"{item.count} {_LEFT_OPEN[item.field, item.value]}" + (f": {asked}" if asked else "")


def absence_lines(why: WhyNot) -> Iterator[str]:
    """Why a study is, or isn't, among the hits."""
    if why.absence is Absence.REMOVED:
        yield f"{why.nct_id} is no longer in the registry"
    elif why.absence is Absence.NOT_IN_SNAPSHOT:
        yield f"{why.nct_id} isn't in this snapshot"
    elif why.is_shown:
        yield f"{why.nct_id} is among the hits"
    else:
        yield f"{why.nct_id} isn't among the hits:"
        for one in why.obstacles:
            yield f"    {one.field}: asked {one.asked}; found {one.found}"
