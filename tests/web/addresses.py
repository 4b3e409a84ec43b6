"""Every address pattern of the portal, with an example of each; a pattern missing here fails a test."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

EXAMPLES = {
    "": "",
    "about/": "about/",
    "find/": "find/",
    "find/q/<slug:step>/": "find/q/cancer/",
    "find/check/": "find/check/",
    "find/results/": "find/results/",
    "find/results/<slug:number>/": "find/results/{nct}/",
    "find/forget/": "find/forget/",
    "trials/": "trials/",
    "trials/<slug:number>/": "trials/{nct}/",
    "registry/": "registry/",
}
"""Pattern within a language -> address; `{nct}` is a study of the registry under test."""
WITHOUT_LANGUAGE = {"health/": "health/", "health/ready/": "health/ready/"}


def patterns(
    found: list[URLPattern | URLResolver] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every pattern with its view, language prefixes left out."""
    for one in get_resolver().url_patterns if found is None else found:
        route = prefix + ("" if one.pattern.__class__.__name__ == "LocalePrefixPattern" else str(one.pattern))
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, route)
        else:
            yield route, one


def view_name(pattern: URLPattern) -> str:
    """Where the view of a pattern is written."""
    return f"{pattern.callback.__module__}.{pattern.callback.__name__}"
