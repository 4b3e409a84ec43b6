"""What the answers match is worked out once, sealed beside them, and goes when they change or go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.conf import settings as portal
from django.utils import timezone

from cimara.trials.matching import match_all
from cimara_web import clock
from cimara_web.finder.actions.outcomes import keep_outcome
from cimara_web.finder.actions.profiles import IDLE_LIFE, forget, save_step
from cimara_web.finder.answers import Answers
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.outcome import ROW, Outcome, key_of
from cimara_web.finder.queries import outcome_of, visit_of
from cimara_web.finder.results import Person, find
from cimara_web.finder.sealing import OUTCOME, new_token, seal, token_of_cookie
from cimara_web.snapshot import close_snapshot, current_snapshot
from cimara_web.writes import action
from tests.web.conftest import Build, Visitor
from tests.web.finder.clinician_visits import FORM, LIST, TABLE
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, study
from tests.web.finder.test_results import DURHAM, STABLE

RESULTS = "/find/results/"
BAND = {"about": {"age": "18-64", "ability": "1"}}
PEOPLE = {
    "stable lung": {**STABLE, **BAND, "place": DURHAM},
    "breast, lining": {"cancer": {"cancer": "breast"}, "spread": {"spread": "lining"}},
    "nothing said": {"who": {"who": "self"}},
}
CLINICIANS = {"tumour": "nsclc", "age": "58", "cns_state": "treated_stable", "place": "Durham, NC"}
Matches = Callable[[], int]


@pytest.fixture
def matches() -> Iterator[Matches]:
    """How often the whole registry was read, which only a match of all of it does."""
    read: list[str] = []
    snapshot = current_snapshot()
    snapshot.connection.set_trace_callback(read.append)
    yield lambda: sum("FROM card ORDER BY id" in one for one in read)
    snapshot.connection.set_trace_callback(None)


def page(visitor: Visitor, address: str = RESULTS, **query: str) -> str:
    """A page without its form tokens, which differ each time."""
    text = visitor.get(address, **query).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def token(visitor: Visitor) -> bytes:
    found = token_of_cookie(visitor.client.cookies[portal.FINDER_COOKIE_NAME].value)
    assert found is not None
    return found


def stored() -> bytes | None:
    sealed = FinderProfile.objects.get().outcome
    return None if sealed is None else bytes(sealed)


@action
def overwrite(outcome: bytes) -> None:
    FinderProfile.objects.update(outcome=outcome)


@pytest.mark.parametrize("person", PEOPLE)
def test_a_page_from_what_was_kept_is_the_page_that_was_matched(
    visitor: Visitor, matches: Matches, person: str
) -> None:
    visitor.play(**PEOPLE[person])
    for query in ({"show": "all"}, {"show": "all", "page": "2", "sort": "near"}, {"show": "soon"}):
        overwrite(b"")
        before = matches()
        first = page(visitor, **query)
        assert matches() == before + 1
        assert page(visitor, **query) == first
        assert matches() == before + 1


def test_a_study_in_full_has_the_verdict_of_its_row(visitor: Visitor) -> None:
    visitor.play(**PEOPLE["stable lung"])
    visit = visit_of(token=token(visitor), now=timezone.now())
    assert visit is not None
    snapshot = current_snapshot()
    found = find(visit, snapshot, today=clock.today())
    numbers = [row.nct_id for row in found.outcome.rows]
    in_full = [found.person.match(one) for one in snapshot.studies_of(numbers)]
    assert len(numbers) > 20
    assert [(one.nct_id, one.verdict, one.nearest_open_km) for one in in_full] == [
        (row.nct_id, row.verdict, row.nearest_open_km) for row in found.outcome.rows
    ]


def test_the_clinicians_list_and_table_are_matched_once_for_both(visitor: Visitor, matches: Matches) -> None:
    visitor.post(FORM, **CLINICIANS)
    first = page(visitor, LIST)
    assert page(visitor, LIST) == first
    visitor.post(LIST, show="all", verdicts=["possible"])
    page(visitor, LIST)
    visitor.post(TABLE)
    assert matches() == 2  # the second for filters, which are saved with what was typed


def test_both_paths_in_one_browser_never_take_the_other_ones_list(visitor: Visitor) -> None:
    visitor.play(**STABLE)
    patients = page(visitor)
    visitor.post(FORM, **{**CLINICIANS, "cns_state": "progressing_after_local"})
    clinicians = page(visitor, LIST)
    assert page(visitor) == patients
    assert page(visitor, LIST) == clinicians


def test_a_changed_answer_lets_the_old_outcome_go_at_once(visitor: Visitor, matches: Matches) -> None:
    visitor.play(**STABLE)
    stable = page(visitor)
    visitor.answer("growth", growth="grown")
    assert stored() is None
    assert page(visitor) != stable
    assert matches() == 2


def test_a_study_put_on_the_sheet_leaves_it(visitor: Visitor, matches: Matches) -> None:
    visitor.play(**STABLE)
    number = re.search(r'id="(NCT\d{8})"', page(visitor))
    assert number is not None
    visitor.post("/find/sheet/", put=number[1], back="results")
    page(visitor)
    assert matches() == 1


def test_a_new_snapshot_is_matched_anew(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    visitor.play(**STABLE)
    assert "NCT00000001" in page(visitor)
    build(study(2, ALLOWS), study(3, EXCLUDES))
    close_snapshot()
    after = page(visitor)
    assert "NCT00000001" not in after
    assert "NCT00000002" in after


def test_the_next_day_is_matched_anew(
    visitor: Visitor, matches: Matches, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.play(**STABLE)
    page(visitor)
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    page(visitor)
    assert matches() == 2


@pytest.mark.parametrize("harm", ["flip", "cut", "body", "another"])
def test_an_outcome_that_someone_changed_is_matched_anew(
    visitor: Visitor, matches: Matches, harm: str
) -> None:
    visitor.play(**STABLE)
    first, sealed = page(visitor), stored()
    assert sealed is not None
    overwrite(
        {
            "flip": sealed[:-1] + bytes([sealed[-1] ^ 1]),
            "cut": sealed[:40],
            "body": bytes(FinderProfile.objects.get().body),
            "another": seal(new_token(), b"", OUTCOME),
        }[harm]
    )
    assert page(visitor) == first
    assert matches() == 2


def test_forgetting_takes_it_and_nothing_brings_it_back(visitor: Visitor) -> None:
    visitor.play(**STABLE)
    page(visitor)
    known = token(visitor)
    forget(token=known)
    keep_outcome(token=known, plain=b"late", now=timezone.now())
    assert not FinderProfile.objects.exists()


def test_answers_whose_time_has_passed_get_none(visitor: Visitor) -> None:
    visitor.play(**STABLE)
    keep_outcome(token=token(visitor), plain=b"late", now=timezone.now() + IDLE_LIFE)
    assert stored() is None


def test_the_database_shows_nothing_of_it_not_even_how_many_match(db: None) -> None:
    lengths = set()
    for steps in PEOPLE.values():
        someone = Visitor()
        someone.play(**steps)
        page(someone)
        sealed = stored()
        visit = visit_of(token=token(someone), now=timezone.now())
        assert sealed is not None
        assert visit is not None
        lengths.add(len(sealed))
        rows = find(visit, current_snapshot(), today=clock.today()).outcome.rows
        assert rows
        assert not any(ROW.pack(*row) in sealed for row in rows)
        assert b"other_tumour" not in sealed
        forget(token=token(someone))
    assert len(lengths) == 1


def test_an_outcome_opens_under_its_own_key_only(db: None) -> None:
    snapshot, now, mine = current_snapshot(), timezone.now(), new_token()
    person = Person.of(Answers({"cancer": {"cancer": "nsclc"}}), today=date(2026, 3, 1))
    outcome = Outcome.of(match_all(person.profile, snapshot), closed_nearby=3)
    key, other = key_of(snapshot, "patient", "a"), key_of(snapshot, "patient", "b")
    save_step(token=mine, step="who", given={}, now=now)
    assert outcome_of(token=mine, key=key) is None
    keep_outcome(token=mine, plain=outcome.to_bytes(key, n_studies=len(snapshot)), now=now)
    opened = outcome_of(token=mine, key=key)
    assert opened is not None
    assert [(row[:4], row.nearest_open_km) for row in opened.rows] == [
        (row[:4], row.nearest_open_km) for row in outcome.rows
    ]
    assert (opened.gated_out, opened.closed_nearby) == (outcome.gated_out, 3)
    assert outcome_of(token=mine, key=other) is None
    assert outcome_of(token=new_token(), key=key) is None
