"""The sheet for the doctor holds what was promised, and nothing that it shouldn't."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from cimara.terms.cns import BrmPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.matching import Profile
from cimara.trials.plain import Language, SheetError, sheet_html, standalone_sheet, verdict_words
from cimara.trials.plain.phrasebook import say
from cimara.trials.plain.sheet import NOTE_LINES
from cimara.trials.plain.sheet_room import LEVELS, ROOM, print_size, shortened, weight
from cimara.trials.study import StarterNote, Study
from cimara.trials.verdict import Change, ChangeKind, CriterionId, CriterionValue, MatchResult, Verdict
from tests.unit.trials.plain.made_sheets import (
    ACTIVE,
    AS_OF,
    BRM_MEETS,
    DATA_DATE,
    READ,
    SCAN_UNKNOWN,
    STABLE_TOO_SHORT,
    TREATED,
    criterion,
    longest_study,
    result,
    site,
    study,
)

LANGUAGES = tuple(Language)
BRM_SILENT = criterion(CriterionId.BRM, CriterionValue.UNKNOWN, "not_mentioned/treated_stable/silent")


def sheet(*pairs: tuple[MatchResult, Study], lang: str = "en", **given: object) -> str:
    """The sheet of some results with their studies; without any, of one that may fit."""
    chosen = pairs or ((result(), study()),)
    facts: dict[str, object] = {"data_date": DATA_DATE, "as_of": AS_OF} | given
    return sheet_html([one for one, _ in chosen], [one for _, one in chosen], lang, **facts)  # type: ignore[arg-type]


def text_of(html: str) -> str:
    """What a reader sees, in one line."""
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_data = found.append  # type: ignore[method-assign]
    parser.feed(html)
    return re.sub(r"\s+", " ", "".join(found))


def test_a_study_has_its_number_title_verdict_and_status() -> None:
    shown = text_of(sheet())
    assert "NCT00000001. Open for new people." in shown
    assert "1. A made study" in shown
    assert verdict_words(Verdict.POSSIBLE, "en") in shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_that_it_is_no_advice_and_whom_to_call(lang: Language) -> None:
    shown = text_of(sheet(lang=lang))
    assert say("sheet.not_advice", lang) in shown
    assert say("sheet.emergency", lang) in shown


def test_not_medical_advice_in_the_words_of_the_specification() -> None:
    assert say("sheet.not_advice", "en") == "This is not medical advice. Only the study team can decide."


def test_the_records_sentence_is_verbatim_marked_and_called_english() -> None:
    shown = sheet(lang="es")
    assert f'<blockquote lang="en"><p>“<mark>{TREATED}</mark>.”</p></blockquote>' in shown
    assert "Del registro del estudio, en inglés: su lista de quién puede participar." in shown


def test_one_item_of_the_record_is_quoted_once_for_all_that_rests_on_it() -> None:
    shown = sheet((result(1, STABLE_TOO_SHORT, BRM_MEETS), study()))
    assert shown.count("<blockquote") == 1
    assert text_of(shown).count("This study") >= 2


def test_what_would_have_to_change_stands_beside_what_does_not_fit() -> None:
    shown = text_of(sheet((result(1, STABLE_TOO_SHORT, BRM_MEETS, verdict=Verdict.NOT_NOW), study())))
    assert (
        "This study asks for 28 days without growth after treatment. "
        "From what you told us, that would be 8 March 2026."
    ) in shown


def test_what_cannot_change_is_not_dwelt_upon() -> None:
    age = criterion(CriterionId.AGE, CriterionValue.FAILS, "outside", change=Change(kind=ChangeKind.NONE))
    assert "This rule does not change" not in text_of(sheet((result(1, age, BRM_MEETS), study())))


def test_a_silent_record_is_said_to_be_silent() -> None:
    shown = text_of(sheet((result(1, BRM_SILENT, verdict=Verdict.UNKNOWN), study())))
    assert "The record has no sentence about this." in shown


def test_points_that_are_not_sure_are_listed() -> None:
    shown = text_of(sheet())
    assert "Not sure yet" in shown
    assert "A new scan may be needed." in shown


def test_points_left_out_are_counted() -> None:
    many = [criterion(name, CriterionValue.UNKNOWN, "unknown") for name in CriterionId]
    shown = text_of(sheet((result(1, BRM_MEETS, *many), study())))
    listed = LEVELS[0].open_points
    assert re.search(r"And \d+ more to check with the team\.", shown)
    assert shown.count("We do not know") <= listed + 1


def test_questions_name_the_studies_that_they_are_about() -> None:
    first, second = (result(1), study(1)), (result(2, BRM_SILENT, SCAN_UNKNOWN), study(2))
    shown = text_of(sheet(first, second))
    assert "Is a new brain scan needed, and when? (1, 2)" in shown
    assert "How must the tumours be? (2)" in shown
    assert "The number after a question tells which study it is about." in shown


def test_the_four_questions_that_always_help_are_there() -> None:
    shown = text_of(sheet((result(1, BRM_MEETS), study())))
    assert "Who pays for the visits" in shown
    assert "Are there other studies" in shown
    assert "The number after a question" not in shown


def test_open_sites_come_with_their_distance_and_closed_ones_do_not_come() -> None:
    near_but_closed = site(0, facility="Closed Clinic", status=OverallStatus.WITHDRAWN)
    far_but_open = site(1, facility="Open Clinic", city="Boston", lat=42.36, lon=-71.06)
    someone = Profile(as_of=AS_OF, lat=35.99, lon=-78.9, country="US")
    shown = text_of(sheet((result(), study(sites=(near_but_closed, far_but_open))), profile=someone))
    assert "Open Clinic, Boston, United States (about 980 km)" in shown
    assert "Closed Clinic" not in shown


def test_distances_may_be_in_miles() -> None:
    someone = Profile(as_of=AS_OF, lat=42.36, lon=-71.06, country="US")
    assert "(about 610 mi)" in text_of(sheet(profile=someone, miles=True))


def test_own_country_comes_before_a_nearer_site_abroad() -> None:
    abroad = site(0, facility="Near Abroad", country="Canada", iso2="CA", lat=43.0, lon=-79.0)
    at_home = site(1, facility="Far Home", lat=30.0, lon=-95.0)
    someone = Profile(as_of=AS_OF, lat=42.9, lon=-78.9, country="US")
    shown = text_of(sheet((result(), study(sites=(abroad, at_home))), profile=someone))
    assert shown.index("Far Home") < shown.index("Near Abroad")


def test_a_site_known_by_country_only_stays() -> None:
    country_only = site(0, facility=None, city=None, lat=None, lon=None)
    someone = Profile(as_of=AS_OF, lat=35.99, lon=-78.9, country="US")
    shown = text_of(sheet((result(), study(sites=(country_only,))), profile=someone))
    assert "United States (town not given)" in shown


def test_a_site_without_coordinates_says_so() -> None:
    lost = site(0, lat=None, lon=None)
    someone = Profile(as_of=AS_OF, lat=35.99, lon=-78.9, country="US")
    shown = text_of(sheet((result(), study(sites=(lost,))), profile=someone))
    assert "Demo Hospital, Durham, United States (we do not know how far)" in shown


def test_without_a_place_no_distance_is_made_up() -> None:
    assert re.search(r"Demo Hospital, Durham, United States(?! \()", text_of(sheet()))


def test_the_matched_distance_is_told_when_the_place_is_not_given() -> None:
    assert "about 35 km away" in text_of(sheet((replace(result(), nearest_open_km=34.2), study())))


def test_more_sites_than_shown_are_counted() -> None:
    shown = text_of(sheet((result(), study(sites=tuple(site(n) for n in range(4))))))
    assert "And 1 more open site in the record." in shown
    shown = text_of(sheet((result(), study(sites=tuple(site(n) for n in range(9))))))
    assert "And 6 more open sites in the record." in shown


def test_a_status_taken_from_the_study_is_said_to_be() -> None:
    assert "own status is not given" in text_of(sheet((result(), study(sites=(site(status=None),)))))
    assert "own status is not given" not in text_of(sheet())


def test_a_study_without_open_sites_says_so() -> None:
    assert "The record shows no open site now." in text_of(sheet((result(), study(sites=()))))


def test_a_starter_record_says_so_first_and_at_its_quote() -> None:
    note = StarterNote(source="NCT00000001", data_date=DATA_DATE, note="starter record, restated")
    shown = text_of(sheet((result(), study(starter=note))))
    assert shown.index("Starter record:") < shown.index(verdict_words(Verdict.POSSIBLE, "en"))
    assert "From our starter record, not the record's own text: who can join." in shown
    assert "From the trial's record" not in shown


def test_a_rule_that_is_not_clear_says_so_first() -> None:
    unclear = replace(READ, brm_policy=BrmPolicy.UNCLEAR)
    shown = text_of(sheet((result(), study(eligibility=unclear))))
    assert shown.index("is not clear here") < shown.index(verdict_words(Verdict.POSSIBLE, "en"))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"verified": "2026-01"}, "Last checked by the study team: January 2026."),
        (
            {"verified": None, "last_updated": "2026-02-03"},
            "Last updated by the study team: 3 February 2026.",
        ),
        ({"verified": None}, "The record gives no date."),
        ({"verified": "2023-05"}, "This is more than 2 years ago."),
    ],
)
def test_it_tells_when_the_team_last_looked(facts: dict[str, str | None], words: str) -> None:
    assert words in text_of(sheet((result(), study(**facts))))


def test_an_old_look_matters_only_while_the_study_seems_open() -> None:
    done = study(verified="2020-05", overall_status=OverallStatus.COMPLETED)
    assert "more than 2 years ago" not in text_of(sheet((result(), done)))


def test_the_data_date_is_told_with_a_warning_after_60_days() -> None:
    assert "Records of ClinicalTrials.gov as of 20 February 2026." in text_of(sheet())
    assert "may be out of date" not in text_of(sheet(as_of=date(2026, 2, 20) + timedelta(days=60)))
    assert "more than 60 days old" in text_of(sheet(as_of=date(2026, 2, 20) + timedelta(days=61)))
    assert "The date of the records is not known." in text_of(sheet(data_date=None))


def test_text_of_the_record_is_escaped() -> None:
    evil = '<script>alert("x")</script>&'
    words = "Treated <b>brain</b> metastases & others"
    item = criterion(CriterionId.BRM, CriterionValue.MEETS, "stable_only", quotes=())
    made = study(brief_title=evil, criteria=words, sites=(site(facility=evil, city=evil, country=evil),))
    shown = sheet((result(1, item), made))
    assert "<script" not in shown
    assert shown.count("&lt;script&gt;") == 4
    quoted = replace(item, quotes=(replace(BRM_MEETS.quotes[0], start=0, end=len(words), text=words),))
    assert "Treated &lt;b&gt;brain&lt;/b&gt; metastases &amp; others" in sheet((result(1, quoted), made))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_markup_has_classes_only(lang: Language) -> None:
    shown = sheet(lang=lang)
    assert not re.search(r"<(?:script|style|title|img|iframe|form)\b|\sstyle=|\son\w+=", shown)
    assert f'<article class="sheet sheet-large" lang="{lang}">' in shown


def test_a_whole_page_has_a_fixed_title_its_style_and_no_script() -> None:
    page = standalone_sheet([result()], [study(brief_title="Lung study")], "en", DATA_DATE, AS_OF)
    assert "<title>Studies to talk about with your doctor</title>" in page
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert page.count("<style>") == 1
    assert "<script" not in page
    assert not re.search(r"url\(|@import|src=", page)


def test_nothing_of_the_profile_but_the_distance_is_on_it() -> None:
    canary = {"subtype": "CANARYSUBTYPE", "stage": "CANARYSTAGE", "place": "CANARYPLACE"}
    someone = Profile(as_of=AS_OF, age=61, kps=70, lat=35.99, lon=-78.9, country="US", **canary)  # type: ignore[arg-type]
    with_profile = standalone_sheet([result()], [study()], "en", DATA_DATE, AS_OF, profile=someone)
    assert "CANARY" not in with_profile
    assert text_of(with_profile).replace(" (about 1 km)", "") == text_of(
        standalone_sheet([result()], [study()], "en", DATA_DATE, AS_OF)
    )


def test_studies_may_come_in_any_order() -> None:
    pairs = [(result(n), study(n, brief_title=f"Study number {n}")) for n in (1, 2, 3)]
    shown = text_of(
        sheet_html([one for one, _ in pairs], [one for _, one in reversed(pairs)], "en", DATA_DATE, AS_OF)
    )
    assert shown.index("1. Study number 1") < shown.index("2. Study number 2") < shown.index("3. Study")


@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five_studies_stand_on_a_sheet(count: int) -> None:
    results = [result(n) for n in range(1, count + 1)]
    with pytest.raises(SheetError, match="expected 1 to 5"):
        sheet_html(results, [study(n) for n in range(1, count + 1)], "en", DATA_DATE, AS_OF)


def test_a_result_without_its_study_is_named() -> None:
    with pytest.raises(SheetError, match="NCT00000002"):
        sheet_html([result(2)], [study(1)], "en", DATA_DATE, AS_OF)


def test_print_is_larger_the_less_there_is_to_say() -> None:
    sizes = [print_size("x" * room) for room in ROOM.values()]
    assert sizes == ["large", "medium", "small"]
    assert print_size("x" * (max(ROOM.values()) + 1)) is None


def test_a_block_weighs_more_than_its_words() -> None:
    assert weight("<li>one</li><li>two</li>") > weight("<b>one</b><b>two</b>") == len("onetwo")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_five_longest_studies_are_said_briefly_enough(lang: Language) -> None:
    shown = sheet(*(longest_study(n) for n in range(1, 6)), lang=lang)
    assert weight(shown) <= ROOM["small"]
    assert say("sheet.cut", lang) in text_of(shown)


def test_a_long_name_is_cut_in_plain_sight() -> None:
    assert shortened("Demo University Hospital", 24) == "Demo University Hospital"
    assert shortened("Demo University Hospital and more", 24) == "Demo University Hosp […]"
    assert len(shortened("x" * 300, 110)) == 110


def test_active_disease_fails_with_the_exclusions_own_words() -> None:
    fails = replace(
        BRM_MEETS,
        value=CriterionValue.FAILS,
        reason="MATCH/brm/stable_only/untreated_asymptomatic",
        fact="untreated_asymptomatic",
        change=Change(kind=ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS, days=28),
    )
    shown = sheet((result(1, fails, verdict=Verdict.NOT_NOW), study()))
    assert f"Patients with <mark>{ACTIVE}</mark>" in shown
    assert "From the trial&#x27;s record: its list of who cannot join." in shown
    assert (
        "If your doctor plans to treat the brain tumours, ask this study again 28 days after that." in shown
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_there_is_room_for_notes_after_everything_else(lang: Language) -> None:
    questions, notes = sheet(lang=lang).split('<section class="sheet-notes"')
    assert "sheet-questions" in questions
    assert text_of(f"<section{notes}").strip() == say("sheet.notes", lang)
    assert notes.count('class="sheet-line"') == NOTE_LINES
