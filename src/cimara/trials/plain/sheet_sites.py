"""The open sites of a study in lines, the nearest first."""

from __future__ import annotations

from collections.abc import Sequence

from cimara.trials.matching.profile import Profile
from cimara.trials.matching.sites import NearSite, nearest_open_sites, open_sites
from cimara.trials.plain.language import distance_words
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.sheet_room import Shown, shortened
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult


def site_lines(result: MatchResult, study: Study, shown: Shown) -> list[str]:
    """Open sites, own country first, then by distance; how many more there are; what isn't given."""
    lang, found = shown.lang, _near_sites(study, shown.profile)
    if not found:
        return [say("sheet.no_open_site", lang)]
    nearest = found[: shown.brevity.sites]
    lines = [_site(one, shown) for one in nearest]
    left = len(found) - len(nearest)
    if left:
        lines.append(say(f"sheet.{'more_sites_one' if left == 1 else 'more_sites'}", lang, count=str(left)))
    if shown.profile is None and result.nearest_open_km is not None:
        near = distance_words(result.nearest_open_km, miles=shown.miles)
        lines.append(say("sheet.nearest_site", lang, distance=near))
    if all(one.site.status is None for one in nearest):
        lines.append(say("sheet.status_inherited", lang))
    return lines


def _near_sites(study: Study, profile: Profile | None) -> Sequence[NearSite]:
    if profile is None:
        return [NearSite(site=site) for site in open_sites(study)]
    return nearest_open_sites(study, profile, own_country_first=True)


def _site(one: NearSite, shown: Shown) -> str:
    """A site on one line: its name, town, country and how far it is."""
    site, lang = one.site, shown.lang
    given = (part for part in (site.facility, site.city, site.country) if part)
    named = ", ".join(shortened(part, shown.brevity.name) for part in given)
    if site.city is None:
        return f"{named} ({say('sheet.town_not_given', lang)})"
    if shown.profile is None:
        return named
    if one.km is None:
        return f"{named} ({say('sheet.distance_unknown', lang)})"
    about = say("sheet.about_distance", lang, distance=distance_words(one.km, miles=shown.miles))
    return f"{named} ({about})"
