"""Routes that count studies: the endpoints that trials define, and who may join them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query as FromQuery
from ninja import Router, Schema
from ninja.errors import ValidationError
from pydantic import ConfigDict, Field

from cimara.terms.endpoint import EndpointId
from cimara.terms.registry import Phase
from cimara.terms.tumour import tumours
from cimara.trials.atlas import Selection
from cimara.trials.atlas.collect import UNSORTED
from cimara.trials.atlas.heterogeneity import EndpointReport, items_of
from cimara.trials.atlas.selection import undated
from cimara.trials.survey import Cell, Group
from cimara.trials.survey.count import NOT_STATED
from cimara_web.api import counted_answers as answers
from cimara_web.api.callers import CallerWith
from cimara_web.api.limits import READING
from cimara_web.api.problems import Problem
from cimara_web.api.scopes import Scope
from cimara_web.api.texts import Text
from cimara_web.finder.counted import compared, surveyed, whole
from cimara_web.finder.population import FIRST_YEAR, LAST_YEAR

router = Router(tags=["counts"], throttle=[READING], auth=CallerWith(Scope.READ))
Year = Annotated[int | None, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
_ERRORS = {422: Problem, 429: Problem}


class Population(Schema):
    """Which studies are counted: of any of the tumours, and of any of the phases."""

    tumour: tuple[Text, ...] = ()
    phase: tuple[Phase, ...] = ()

    def selection(self) -> Selection:
        """The library's population.

        Raises
        ------
        ValidationError
            When a tumour isn't in the vocabulary.
        """
        for place, one in enumerate(self.tumour):
            if one not in tumours():
                raise _impossible(("tumour", place), "expected an id of the vocabulary, such as nsclc")
        return Selection(tumours=frozenset(self.tumour), phases=frozenset(self.phase))


class Started(Population):
    """Which studies are counted, by their year of start too, both years included."""

    model_config = ConfigDict(populate_by_name=True)

    first_year: Year = Field(None, alias="from")
    last_year: Year = Field(None, alias="to")

    def selection(self) -> Selection:
        """The library's population.

        Raises
        ------
        ValidationError
            When the years are in the wrong order, or a tumour isn't in the vocabulary.
        """
        chosen, first, last = super().selection(), self.first_year, self.last_year
        if first is not None and last is not None and first > last:
            raise _impossible(("to",), "expected a year not before `from`")
        return Selection(tumours=chosen.tumours, phases=chosen.phases, first_year=first, last_year=last)


def _impossible(where: tuple[str | int, ...], what: str) -> ValidationError:
    return ValidationError([{"loc": ("query", *where), "msg": what}])


@router.get(
    "/endpoints", response={200: answers.Endpoints, **_ERRORS}, summary="Endpoints that trials define"
)
def endpoints(request: HttpRequest, asked: FromQuery[Population]) -> dict[str, Any]:
    """How many trials use each endpoint, and how many of its measures state each item of a definition."""
    report = compared(asked.selection())
    atlas = report.atlas
    left_out = {one: len({row.nct_id for row in atlas.of(one)}) for one in EndpointId if one in UNSORTED}
    return {
        "population": atlas.population,
        "source": atlas.provenance,
        "n_studies": atlas.n_studies,
        "n_with_outcomes": atlas.n_with_outcomes,
        "n_measures": atlas.n_measures,
        "endpoints": [_endpoint(one) for one in report.endpoints],
        "criteria": [{"id": one, "label": one.label, "n_trials": n} for one, n in report.census.items()],
        "not_compared": [{"id": one, "label": one.label, "n_trials": n} for one, n in left_out.items() if n],
    }


def _endpoint(found: EndpointReport) -> dict[str, Any]:
    return {
        "id": found.endpoint,
        "label": found.endpoint.label,
        "n_trials": found.n_trials,
        "n_measures": len(found.rows),
        "n_stating_all": found.n_complete if items_of(found.endpoint) else None,
        "items": [
            {"item": item, "n_stated": found.stated(item), "values": dict(found.counts[item])}
            for item in items_of(found.endpoint)
        ],
    }


@router.get("/survey", response={200: answers.Surveyed, **_ERRORS}, summary="Who may join: a count")
def survey(request: HttpRequest, asked: FromQuery[Started]) -> dict[str, Any]:
    """What the trials say of brain metastases and leptomeningeal disease, in all and by year of start."""
    population = asked.selection()
    found = surveyed(population)
    return {
        "population": found.population,
        "source": found.provenance,
        "n_without_year": undated(whole(), population),
        "total": _group(found.total),
        "years": [_group(one) for one in found.groups],
    }


def _group(group: Group) -> dict[str, Any]:
    year = next((int(one) for one in group.key if one != NOT_STATED), None)
    cells = {question: [_cell(one) for one in found] for question, found in group.cells.items()}
    return {"year": year, "n_trials": len(group.trials), **cells}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "answer": cell.column.id,
        "label": cell.column.label,
        "count": cell.count,
        "share": cell.share,
        "interval": cell.interval,
    }
