"""Forms of many fields whose whole state travels in them: read in memory, answered, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from cimara_web.finder.clinician.upload import InMemory, is_too_long
from cimara_web.limits import PerAddress

View = Callable[..., HttpResponse]
MOST_FILE_BYTES = 5 * 1024 * 1024
MOST_BODY_BYTES = MOST_FILE_BYTES + 256 * 1024
"""A file and the rest of its form; a grid without a file is far below it."""


class WholeForm(InMemory):
    """Reads a grid of up to 24 visits and 30 lesions, or a file of 5 MB; nothing touches the disk."""

    most_bytes = MOST_BODY_BYTES
    most_parts = 1200


@dataclass(frozen=True, slots=True)
class Often:
    """How often an address may send a form, and what answers it when it sends more."""

    limit: PerAddress
    answer: View


def keeps_nothing(too_long: View, often: Often | None = None) -> Callable[[View], View]:
    """A public page with a large form: read at once, its token checked, no copy kept by a browser.

    A body over the limit is not read; `too_long` answers it. Neither is one that comes too `often`.
    """

    def decorate(view: View) -> View:
        guarded = csrf_protect(view)

        @wraps(view)
        def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method == "POST":
                if is_too_long(request, MOST_BODY_BYTES):
                    return _unkept(too_long(request))
                if often is not None and not often.limit.allow_request(request):
                    return _unkept(often.answer(request))
                # Before anything reads the body: Django's own parser would write a long part to disk.
                request.upload_handlers = [WholeForm(request)]
            return _unkept(guarded(request, *args, **kwargs))

        return csrf_exempt(login_not_required(require_http_methods(["GET", "HEAD", "POST"])(run)))

    return decorate


def _unkept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
