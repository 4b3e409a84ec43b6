"""The search in Litestar and in FastAPI: same template or answer, same snapshot, none of our middleware."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
django.setup()

from django.http import QueryDict  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import resolve  # noqa: E402
from fastapi import FastAPI, Request  # noqa: E402
from fastapi.responses import HTMLResponse  # noqa: E402
from litestar import Litestar, MediaType, get  # noqa: E402
from litestar import Request as LitestarRequest  # noqa: E402

from cimara.trials.search import Page, Query, SearchPage  # noqa: E402
from cimara.trials.search.counts import facet_counts  # noqa: E402
from cimara.trials.search.query import DEFAULT_STATUS  # noqa: E402
from cimara_web.api import answers  # noqa: E402
from cimara_web.finder.browse import FILTERS, LABELS, NOTICES, Asked, options  # noqa: E402
from cimara_web.finder.policy import BRM_SHORT, LMD_SHORT  # noqa: E402
from cimara_web.finder.views.trials import _counts  # noqa: E402
from cimara_web.snapshot import current_snapshot  # noqa: E402

_REQUEST = RequestFactory().get("/trials/")
_REQUEST.resolver_match = resolve("/trials/")


def page(query: str) -> str:
    """The page of `cimara_web.finder.views.trials.search`."""
    asked, snapshot = Asked.of(QueryDict(query)), current_snapshot()
    wanted = asked.query()
    found, counts = snapshot.search(wanted), facet_counts(snapshot, wanted)
    context = {
        "asked": asked,
        "labels": LABELS,
        "notice_words": NOTICES,
        "brm_words": BRM_SHORT,
        "lmd_words": LMD_SHORT,
        "found": found,
        "options": {key: options(key, _counts(counts, key)) for key in FILTERS},
    }
    return render_to_string("finder/search.html", context, _REQUEST)


@get("/trials/", media_type=MediaType.HTML, sync_to_thread=False)
def _search(request: LitestarRequest) -> str:
    return page(request.url.query)


def found(q: str, limit: int) -> SearchPage:
    """What `cimara_web.api.trials.search` gives."""
    return current_snapshot().search(Query(text=q, status=DEFAULT_STATUS, page=Page(limit, None)))


@get("/api/v1/trials", sync_to_thread=False)
def _search_api(q: str = "", limit: int = 20) -> answers.Hits:
    return answers.Hits.model_validate(found(q, limit))


litestar_app = Litestar([_search, _search_api])
fastapi_app = FastAPI()


@fastapi_app.get("/api/v1/trials", response_model=answers.Hits)
async def _api(q: str = "", limit: int = 20) -> SearchPage:
    return found(q, limit)


@fastapi_app.get("/trials/", response_class=HTMLResponse)
async def _search_page(request: Request) -> HTMLResponse:
    return HTMLResponse(page(request.url.query))
