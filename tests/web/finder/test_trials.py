"""Search and study pages: rules with their sentences, filters with counts, odd input harmless."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.web.conftest import Build
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, SILENT, study
from tests.web.finder.test_path import text

LMD_OUT = "Exclusion Criteria:\n\n* Leptomeningeal disease\n"


def get(address: str, **query: str) -> object:
    return Client().get(address, query, secure=True)


def listed(response: object) -> list[str]:
    """Numbers of the studies on a page."""
    return re.findall(r'href="/trials/(NCT\d{8})/"', response.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def three(build: Build) -> None:
    build(
        study(1, ALLOWS, title="Drug one", phases=["PHASE1", "PHASE2"]),
        study(2, EXCLUDES, title="Drug two", conditions=["Melanoma"], phases=["PHASE3"]),
        study(3, SILENT, title="Drug three", status="COMPLETED"),
    )


@pytest.mark.usefixtures("three")
def test_by_default_open_studies_are_listed() -> None:
    assert sorted(listed(get("/trials/"))) == ["NCT00000001", "NCT00000002"]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "one"}, ["NCT00000001"]),
        ({"q": "NCT00000003"}, ["NCT00000003"]),
        ({"brm": "excluded"}, ["NCT00000002"]),
        ({"brm": "stable_only"}, ["NCT00000001"]),
        ({"tumour": "melanoma"}, ["NCT00000002"]),
        ({"phase": "PHASE2"}, ["NCT00000001"]),
        ({"status": "COMPLETED"}, ["NCT00000003"]),
        ({"status": "any", "phase": "PHASE2"}, ["NCT00000001", "NCT00000003"]),
    ],
)
def test_filters(query: dict[str, str], found: list[str]) -> None:
    assert sorted(listed(get("/trials/", **query))) == found


@pytest.mark.usefixtures("three")
def test_choices_have_counts_and_empty_ones_are_left_out() -> None:
    page = get("/trials/").content.decode()  # type: ignore[attr-defined]
    assert 'value="excluded">Excluded (1)</option>' in page
    assert 'value="COMPLETED">' in page
    assert 'value="active_allowed"' not in page


@pytest.mark.usefixtures("three")
def test_a_filter_is_a_chip_that_can_be_taken_away() -> None:
    page = get("/trials/", q="drug", brm="excluded").content.decode()  # type: ignore[attr-defined]
    chips = re.findall(r'<a class="chip" href="([^"]+)">', page)
    assert chips == ["/trials/?brm=excluded", "/trials/?q=drug", "/trials/"]


@pytest.mark.usefixtures("three")
def test_what_does_not_say_is_counted_beside_and_one_click_away() -> None:
    page = get("/trials/", brm="stable_only", status="any").content.decode()  # type: ignore[attr-defined]
    assert "1 study that does not say" in text(get("/trials/", brm="stable_only", status="any"))
    assert "brm=not_mentioned" in page


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "query", [{"brm": "maybe"}, {"phase": "9"}, {"status": "'"}, {"country": "Atlantis"}, {"page": "xyz"}]
)
def test_a_filter_that_is_none_is_explained(query: dict[str, str]) -> None:
    response = get("/trials/", **query)
    assert response.status_code == 400  # type: ignore[attr-defined]
    assert "Choose again on the left" in text(response)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    "words",
    [
        '"',
        "*",
        "NEAR(a",
        "AND",
        "^",
        "title:",
        "-",
        "%",
        "\x00",
        "\u202e\u05d0",
        "$",
        "T-DM1",
        "don't",
        "x" * 5000,
    ],
)
def test_odd_words_give_a_page(words: str) -> None:
    assert get("/trials/", q=words).status_code == 200  # type: ignore[attr-defined]


@pytest.mark.usefixtures("three")
def test_typed_words_are_shown_escaped() -> None:
    page = get("/trials/", q="<script>alert(1)</script>").content  # type: ignore[attr-defined]
    assert b"<script" not in page


def test_every_page_of_a_long_list_follows_from_the_one_before(build: Build) -> None:
    build(*(study(number, ALLOWS) for number in range(1, 46)))
    seen: list[str] = []
    address = "/trials/"
    while address:
        page = Client().get(address, secure=True).content.decode()
        seen += re.findall(r'href="/trials/(NCT\d{8})/"', page)
        following = re.search(r'rel="next" href="([^"#]+)', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 45


def test_a_study_shows_its_rules_with_their_sentences(build: Build) -> None:
    build(study(1, f"{ALLOWS}\n{LMD_OUT}"))
    page = get("/trials/NCT00000001/").content.decode()  # type: ignore[attr-defined]
    assert "Brain metastases: Treated or stable only" in page
    assert "Leptomeningeal disease: Excluded" in page
    assert re.search(r"<blockquote lang=\"en\"><mark>Leptomeningeal disease</mark>", page)


def test_a_study_shows_the_records_text_word_for_word(build: Build) -> None:
    criteria = "Inclusion Criteria:\n\n* Age \\>= 18 & <b>bold</b>\n* ECOG 0-1"
    build(study(1, criteria))
    page = get("/trials/NCT00000001/").content.decode()  # type: ignore[attr-defined]
    assert "* Age &gt;= 18 &amp; &lt;b&gt;bold&lt;/b&gt;\n* ECOG 0-1" in page


def test_every_study_of_the_starter_registry_has_a_page_in_both_languages(starter_registry: object) -> None:
    from cimara.trials.snapshot import Snapshot

    with Snapshot.open(starter_registry) as snapshot:  # type: ignore[arg-type]
        numbers = [one.nct_id for one in snapshot.studies()]
    for number in numbers:
        for prefix in ("", "/es"):
            response = get(f"{prefix}/trials/{number}/")
            assert response.status_code == 200, number  # type: ignore[attr-defined]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("spelt", ["nct00000001", "Nct00000001"])
def test_another_spelling_leads_to_the_one_address(spelt: str) -> None:
    assert get(f"/trials/{spelt}/")["Location"] == "/trials/NCT00000001/"  # type: ignore[index]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("NCT99999999", "The number is well formed"),
        ("tucatinib", "NCT and eight digits, such as NCT01234567"),
    ],
)
def test_an_unknown_number_is_told_how_to_be_read(number: str, said: str) -> None:
    response = get(f"/trials/{number}/")
    assert response.status_code == 404  # type: ignore[attr-defined]
    assert said in text(response)


def test_the_registry_page_tells_date_number_credit_and_faults(build: Build) -> None:
    build(study(1, ALLOWS, phases=[]), study(2, SILENT))
    said = text(get("/registry/"))
    for words in (
        "1 January 2026",
        "Number of studies 2",
        "ClinicalTrials.gov",
        "EMPTY_PHASES",
        "public domain",
    ):
        assert words in said


def test_every_page_states_the_date_of_the_records(build: Build) -> None:
    build(study(1, ALLOWS))
    for address in (
        "/",
        "/about/",
        "/find/",
        "/find/q/who/",
        "/trials/",
        "/trials/NCT00000001/",
        "/registry/",
    ):
        assert "1 January 2026" in text(get(address)), address


@pytest.mark.parametrize(("updated", "warned"), [("2026-01-01", True), ("2099-01-01", False)])
def test_old_records_carry_a_warning_on_every_page(build: Build, updated: str, warned: bool) -> None:
    build(study(1, ALLOWS, updated=updated))
    for address in ("/", "/find/", "/trials/"):
        assert ("These records may be out of date." in text(get(address))) is warned
