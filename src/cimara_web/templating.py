"""The Jinja2 environment of the pages: what a template may call, and nothing else."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, resolve, reverse, translate_url
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.plain import date_words, distance_words, policy_sentence, status_words, verdict_words
from cimara.trials.plain.phrasebook import say
from cimara.trials.verdict import Verdict
from cimara_web.demonstration.nearness import is_on_this_machine


def environment(**options: Any) -> Environment:
    """The environment that Django asks for (`TEMPLATES` in the settings).

    An unknown name in a template raises, so that a slip of the pen is not an empty place on a page.
    """
    options["undefined"] = StrictUndefined
    env = Environment(extensions=["jinja2.ext.i18n"], **options)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)
    env.globals.update(
        static=static,
        url=url,
        with_query=with_query,
        language=translation.get_language,
        languages=language_links,
        site_name=settings.SITE_NAME,
        said=said,
        words=Words(),
        demonstration=DemonstrationBand(),
    )
    env.filters.update(day=day, number=number, distance=distance)
    return env


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named page in the language in use."""
    in_force = (get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), _language())
    return _address(in_force, name, args, tuple(kwargs.items()))


@lru_cache(maxsize=4096)
def _address(
    in_force: tuple[str, str, str],
    name: str,
    args: tuple[object, ...],
    kwargs: tuple[tuple[str, object], ...],
) -> str:
    """A list of studies asks for a hundred addresses, and working one out takes long."""
    return reverse(name, args=args or None, kwargs=dict(kwargs) or None)


class Words:
    """The library's own words for registry terms, in the language in use."""

    def verdict(self, verdict: Verdict) -> str:
        """What a verdict is called."""
        return verdict_words(verdict, _language())

    def status(self, status: OverallStatus) -> str:
        """What a recruitment status is called."""
        return status_words(status, _language())

    def policy(self, policy: BrmPolicy | LmdPolicy) -> str:
        """What a study says about brain metastases, or about leptomeningeal disease."""
        return policy_sentence(policy, _language())


class DemonstrationBand:
    """Whether pages say that their data are invented, and where one looks at them as somebody else."""

    def is_shown(self) -> bool:
        """Asked for each page: no query."""
        return bool(settings.DEMONSTRATION)

    def roles_address(self, request: HttpRequest) -> str:
        """Address of the page with the roles; empty for whoever may not see it."""
        return reverse("demonstration-roles") if is_on_this_machine(request) else ""


def said(name: str, **values: str) -> str:
    """A committed phrase of the library, such as `sheet.from_record`."""
    return say(name, _language(), **values)


def with_query(path: str, **query: object) -> str:
    """`path` with the given query, empty values left out; a list gives its key several times."""
    filled = {key: value for key, value in query.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(filled, doseq=True)}" if filled else path


def day(value: str | None) -> str:
    """An ISO date in words of the language in use; a partial one stays partial."""
    return date_words(value, _language()) if value else ""


def number(value: float) -> str:
    """A number with the separators of the language in use."""
    return number_format(value, use_l10n=True, force_grouping=True)


def distance(km: float, miles: bool = False) -> str:
    """A rounded distance in kilometres or miles."""
    return distance_words(km, miles=miles)


def language_links(request: HttpRequest) -> list[dict[str, object]]:
    """This page in each language, without its query; the home page where it has no address of its own.

    Pages for members are in one language: their links lead to the home page, too.
    """
    links = []
    path = request.path if _has_address(request) and _has_languages(request) else reverse("home")
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            own_name = translation.get_language_info(code)["name_local"]
        target = translate_url(path, code)
        links.append(
            {"code": code, "name": own_name.capitalize(), "href": target, "current": code == _language()}
        )
    return links


def _has_address(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or getattr(request, "is_error_page", False):
        return False
    try:
        resolve(request.path)
    except NoReverseMatch:
        return False
    return True


def _has_languages(request: HttpRequest) -> bool:
    """Whether the address has a language: what stands at the same one in all of them has none."""
    return len({translate_url(request.path, code) for code, _name in settings.LANGUAGES}) > 1


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE
