"""Errors of the API as problem+json (RFC 9457): what is wrong and where, never the value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from cimara.terms.errors import CimaraError
from cimara.trials.matching import ProfileError
from cimara.trials.search import QueryError
from cimara.trials.snapshot import UnknownStudyError

_ARGUMENTS = ("asked", "part")
MEDIA_TYPE = "application/problem+json"


class Fault(Schema):
    """One thing that is wrong; `where` names the field."""

    where: str
    what: str


class Problem(Schema):
    """An error; `type` is about:blank, since `status` says all that can be told apart."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: tuple[Fault, ...] = ()


def problem(status: int, title: str, detail: str = "", errors: Iterable[Fault] = ()) -> HttpResponse:
    """The answer of an error."""
    made = Problem(title=title, status=status, detail=detail, errors=tuple(errors))
    return HttpResponse(msgspec.json.encode(made.model_dump()), status=status, content_type=MEDIA_TYPE)


def answer_errors(api: NinjaAPI) -> None:
    """Let every error of the API be answered as a problem."""
    api.add_exception_handler(ValidationError, _of_validation)
    api.add_exception_handler(QueryError, _of_library)
    api.add_exception_handler(ProfileError, _of_library)
    api.add_exception_handler(UnknownStudyError, _of_unknown_study)
    api.add_exception_handler(HttpError, _of_http)
    api.add_exception_handler(AuthenticationError, _of_token)
    api.add_exception_handler(Http404, lambda request, error: problem(404, "Not found"))
    api.add_exception_handler(RequestDataTooBig, _of_size)


def _of_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(422, "Not a possible request", errors=[_fault(one) for one in error.errors])


def _fault(found: dict[str, Any]) -> Fault:
    """One error of pydantic, without the value that was sent; ninja names its own argument now and then."""
    steps = [str(step) for step in found["loc"] if step not in _ARGUMENTS]
    return Fault(where=".".join(steps), what=found["msg"])


def _of_library(request: HttpRequest, error: CimaraError) -> HttpResponse:
    where = error.where or "body"
    what = f"{error}" if error.expected is None else f"expected {error.expected}"
    return problem(422, "Not a possible value", errors=[Fault(where=where, what=what)])


def _of_unknown_study(request: HttpRequest, error: UnknownStudyError) -> HttpResponse:
    detail = "No study of this number here. A number is NCT and eight digits, such as NCT01234567."
    return problem(404, "Not found", detail)


def _of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    title = {400: "Not JSON", 429: "Too many requests"}.get(error.status_code, "Not possible")
    if error.status_code == 403:
        return problem(403, "Not allowed", "This token is not made for this. Ask for one of another scope.")
    answer = problem(error.status_code, title)
    if isinstance(error, Throttled) and error.wait:
        answer["Retry-After"] = str(math.ceil(error.wait))
    return answer


def _of_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = "No such token, or its time has passed. Send it as Authorization: Bearer TOKEN, or send none."
    answer = problem(401, "Token refused", detail)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _of_size(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(413, "Too large", "A profile has a few kilobytes at most.")
