"""Targets, other disease and new lesions at their boundaries: reasons, and what each is counted from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cimara.response import Policy
from cimara.response.criteria.components import Component, Course, Nadir, Parts, start_course
from cimara.response.criteria.nontarget import new_lesion_response, nontarget_response
from cimara.response.criteria.rano_bm import on_immunotherapy, without_imaging_progression
from cimara.response.criteria.target import target_response
from cimara.response.followup import Seen, follow, see
from cimara.response.model import NewLesion
from cimara.response.new_lesions import NewSeen
from cimara.response.records import collect
from cimara.terms.response import Certainty, LesionCompartment
from tests.spec.response.visit_tables import PATIENT, day, read_patient

RECIST, RANO = Policy.preset("recist11"), Policy.preset("rano_bm")
VOLUME = RANO.replace(measure="volume", allow_unverified_tables=True)


def course_of(table: str, policy: Policy, **patient: object) -> tuple[Course, Seen]:
    """The course before the last visit of a table, and that visit."""
    followup = follow(collect(read_patient(table, **patient), "INV"), policy)  # type: ignore[arg-type]
    baseline, visits = see(followup)
    course = start_course(followup, baseline)
    for seen in visits[:-1]:
        course.note_sizes(seen)
    return course, visits[-1]


def target(table: str, policy: Policy = RECIST, **reached: bool) -> tuple[str, tuple[str, ...], int | None]:
    """Word, reasons and sum of the targets at the last visit."""
    course, seen = course_of(table, policy)
    found, total = target_response(seen, replace(course, **reached))
    return found.word, found.reasons, total


TWO = "visit | L1@liver | L2@lung\nBL | {} | {}\nW8 | {} | {}"


@pytest.mark.parametrize(
    ("sizes", "policy", "word", "reasons", "total"),
    [
        ((30, 20, 30, 20), RECIST, "SD", ("SUM_STABLE",), 500),
        ((30, 20, 20, 15), RECIST, "PR", ("SUM_DOWN",), 350),
        ((30, 20, 20, 15.1), RECIST, "SD", ("SUM_STABLE",), 351),
        ((30, 20, 40, 20), RECIST, "PD", ("SUM_UP", "SUM_UP_ABSOLUTE"), 600),
        ((30, 20, 39.9, 20), RECIST, "SD", ("SUM_STABLE",), 599),
        ((12, 12, 14.4, 14.5), RECIST, "SD", ("SUM_STABLE", "SUM_RISE_TOO_SMALL"), 289),
        ((12, 12, 14.5, 14.5), RECIST, "PD", ("SUM_UP", "SUM_UP_ABSOLUTE"), 290),
        ((12, 12, 14.4, 14.4), RECIST, "SD", ("SUM_STABLE", "SUM_RISE_TOO_SMALL"), 288),
        ((30, 20, "ABS", "ABS"), RECIST, "CR", ("TARGETS_GONE",), 0),
        ((30, 20, "ABS", "ND"), RECIST, "NE", ("TARGET_NOT_ASSESSED:L2",), 0),
        ((30, 20, "ND", "NE"), RECIST, "NE", ("TARGET_NOT_ASSESSED:L1", "TARGET_NOT_ASSESSED:L2"), None),
        (
            (30, 20, 60, "ND"),
            RECIST,
            "PD",
            ("SUM_UP", "SUM_UP_ABSOLUTE", "PARTLY_ASSESSED_BUT_ENOUGH"),
            600,
        ),
        ((30, 20, 59.9, "ND"), RECIST, "NE", ("TARGET_NOT_ASSESSED:L2",), 599),
        ((30, "ND", 30, 20), RECIST, "NE", ("BASELINE_INCOMPLETE",), 500),
        ((20, "ABS", 25, "ABS"), RECIST, "PD", ("SUM_UP", "SUM_UP_ABSOLUTE"), 250),
        (("ABS", "ABS", 3, "ABS"), RECIST, "NE", ("BASELINE_INCOMPLETE",), 30),
        (("ABS", "ABS", 5, "ABS"), RECIST, "PD", ("SUM_UP", "SUM_UP_ABSOLUTE"), 50),
    ],
)
def test_what_the_sum_says_and_why(sizes, policy, word, reasons, total):
    """R11-T1, R11-T2, R11-T3, R11-T4, R11-T5. To the tenth of a millimetre, with the reasons."""
    assert target(TWO.format(*sizes), policy) == (word, reasons, total)


BRAIN = "visit | L1 | L2\nBL | {} | {}\nW8 | {} | {}"


@pytest.mark.parametrize(
    ("sizes", "word", "reasons"),
    [
        ((20, 12, 25, 13.4), "PD", ("SUM_UP", "LESION_UP:L1,50")),
        ((20, 12, 24.9, 13.5), "SD", ("SUM_STABLE", "NO_LESION_UP")),
        ((20, 12, 25, 13.3), "SD", ("SUM_STABLE",)),
        ((10, 10, 15, 16), "PD", ("SUM_UP", "LESION_UP:L1,50", "LESION_UP:L2,60")),
        ((10, 10, 16, "ND"), "NE", ("TARGET_NOT_ASSESSED:L2",)),
        ((10, 10, 24, "ND"), "PD", ("SUM_UP", "LESION_UP:L1,140", "PARTLY_ASSESSED_BUT_ENOUGH")),
        ((30, 10, 10, 15), "PR", ("SUM_DOWN",)),
    ],
)
def test_what_one_lesion_says_and_why(sizes, word, reasons):
    """RBM-T1, RBM-T2, RBM-T4, RBM-T5. +20 % of the sum and +5.0 mm of one lesion, each to the tenth."""
    found = target(BRAIN.format(*sizes), RANO)
    assert found[:2] == (word, reasons)


def test_without_targets():
    """R11-T1. Where no lesion was chosen there is no word and no sum."""
    assert target("visit | NT1\nBL | P\nW8 | P") == ("NA", ("NO_TARGETS",), None)


@pytest.mark.parametrize(
    ("reference", "sizes", "grown"),
    [
        ("nadir_visit", "14 | 24", ["LESION_UP:L2,100"]),
        ("own_nadir", "17 | 18", ["LESION_UP:L1,50"]),
        ("own_nadir", "16.9 | 18", []),
        ("nadir_visit", "19 | 15", ["LESION_UP:L1,50"]),
        ("nadir_visit", "18.9 | 14.8", []),
        ("baseline", "25 | 14", ["LESION_UP:L1,50"]),
        ("baseline", "24.9 | 14", []),
    ],
)
def test_what_one_lesion_s_growth_is_counted_from(reference, sizes, grown):
    """RBM-T1. Its size at the nadir visit, its own smallest size, or that at baseline, by the policy."""
    table = f"visit | L1 | L2\nBL | 20 | 20\nW8 | 12 | 20\nW16 | 14 | 14\nW24 | {sizes}"
    course, seen = course_of(table, RANO.replace(lesion_increase_reference=reference))
    found, _ = target_response(seen, course)
    assert [code for code in found.reasons if code.startswith("LESION_UP")] == grown


def test_a_lesion_without_a_reference_has_not_grown():
    """RBM-T1. Where the nadir visit did not assess a lesion, its growth is unknown."""
    policy = RANO.replace(nadir_from="all_visits")
    table = "visit | L1 | L2\nBL | 20 | 20\nW8 | 20 | ND\nW16 | 20 | 30"
    course, seen = course_of(table, policy)
    assert target_response(seen, course)[0].word == "SD"


@pytest.mark.parametrize(
    ("table", "option", "reached", "word", "reasons"),
    [
        (TWO.format(30, 20, "ABS", 0.1), "pd_any", True, "PD", ("REAPPEARED:L2",)),
        (TWO.format(30, 20, 1, 0.1), "pd_any", True, "PD", ("REAPPEARED:L1", "REAPPEARED:L2")),
        (TWO.format(30, 20, "ABS", "ABS"), "pd_any", True, "CR", ("TARGETS_GONE",)),
        (TWO.format(30, 20, "ABS", 0.1), "pd_any", False, "PR", ("SUM_DOWN",)),
        (TWO.format(30, 20, "ABS", 0.1), "size_rule", True, "PR", ("SUM_DOWN",)),
        (TWO.format(30, 20, "ABS", "ND"), "pd_any", True, "NE", ("TARGET_NOT_ASSESSED:L2",)),
        ("visit | G1@node\nBL | 18\nW8 | 9.9", "pd_any", True, "CR", ("TARGETS_GONE",)),
        ("visit | G1@node\nBL | 18\nW8 | 10", "pd_any", True, "PD", ("REAPPEARED:G1",)),
        ("visit | G1@node\nBL | 18\nW8 | 10", "pd_any", False, "PR", ("SUM_DOWN",)),
        ("visit | G1@node | L1@lung\nBL | 18 | 20\nW8 | 9.9 | 0.1", "pd_any", False, "PR", ("SUM_DOWN",)),
    ],
)
def test_what_is_gone_and_what_is_back(table, option, reached, word, reasons):
    """R11-T3, R11-T6. A node is gone below 10.0 mm, another lesion at 0; after CR either is back."""
    policy = RECIST.replace(reappearance_after_cr=option)
    assert target(table, policy, reached_overall_cr=reached)[:2] == (word, reasons)


def test_a_small_rise_over_the_nadir_is_named():
    """R11-T5. 11 to 13.5 mm is +20 % over the nadir, though below baseline: the 5 mm are what is missing."""
    table = "visit | L1@liver\nBL | 15\nW8 | 11\nW16 | 13.5"
    assert target(table) == ("SD", ("SUM_STABLE", "SUM_RISE_TOO_SMALL"), 135)
    assert target(table.replace("13.5", "13.1")) == ("SD", ("SUM_STABLE",), 131)


@pytest.mark.parametrize(
    ("reached", "persists", "reasons"),
    [(True, True, ("PR_PERSISTS",)), (False, True, ("SUM_STABLE",)), (True, False, ("SUM_STABLE",))],
)
def test_a_response_persists_only_where_it_was_reached(reached, persists, reasons):
    """R11-T4, RBM-T4. Less than 30 % down stays PR where PR was reached, if the policy lets it persist."""
    policy = RECIST.replace(pr_persistence=persists)
    assert target(TWO.format(30, 20, 30, 15), policy, reached_pr=reached)[1] == reasons


def test_volumes_have_thresholds_of_their_own():
    """VOL-1. -65 % and +73 %, an absolute rise only where the policy names one; nodes like the rest."""

    def by_volume(before: int, now: int, **options: object) -> tuple[str, tuple[str, ...]]:
        table = "visit | L1 | G1@node\nBL | 20 | 16\nW8 | 20 | 16"
        measured = {
            (key, visit): {"volume": size}
            for key in ("L1", "G1")
            for visit, size in (("BL", before), ("W8", now))
        }
        lesions = {"G1": {"compartment": LesionCompartment.BRAIN}}
        course, seen = course_of(table, VOLUME.replace(**options), measured=measured, lesions=lesions)
        found, _ = target_response(seen, course)
        return found.word, found.reasons

    assert by_volume(1000, 350) == ("PR", ("SUM_DOWN",))
    assert by_volume(1000, 351) == ("SD", ("SUM_STABLE",))
    assert by_volume(1000, 1729) == ("SD", ("SUM_STABLE",))
    assert by_volume(1000, 1730) == ("PD", ("SUM_UP",))
    assert by_volume(0, 1) == ("PD", ("SUM_UP",))
    assert by_volume(100, 200, volumetric_abs_increase_mm3=200) == ("PD", ("SUM_UP",))
    assert by_volume(100, 200, volumetric_abs_increase_mm3=201) == ("SD", ("SUM_STABLE", "NO_LESION_UP"))
    assert by_volume(100, 1) == ("PR", ("SUM_DOWN",))
    assert by_volume(100, 0) == ("CR", ("TARGETS_GONE",))


def test_an_absolute_rise_of_volume_is_over_the_nadir():
    """VOL-1. A rise of 100 mm3 over the nadir counts, though the volume is far below baseline."""
    table = "visit | L1\nBL | 30\nW8 | 30\nW16 | 30"
    measured = {("L1", visit): {"volume": v} for visit, v in (("BL", 1000), ("W8", 100), ("W16", 200))}
    for least, word in ((100, "PD"), (101, "PR")):
        course, seen = course_of(table, VOLUME.replace(volumetric_abs_increase_mm3=least), measured=measured)
        assert target_response(seen, course)[0].word == word


@pytest.mark.parametrize(
    ("states", "flair", "policy", "cr", "word", "reasons"),
    [
        ("P | P", "", RECIST, False, "NON-CR/NON-PD", ("NONTARGET_PERSISTS",)),
        ("A | A", "", RECIST, False, "CR", ("NONTARGET_GONE",)),
        ("A | P", "", RECIST, False, "NON-CR/NON-PD", ("NONTARGET_PERSISTS",)),
        ("NE | A", "", RECIST, False, "NE", ("NONTARGET_NOT_ASSESSED:NT1",)),
        ("NE | P", "", RECIST, False, "NE", ("NONTARGET_NOT_ASSESSED:NT1",)),
        ("NE | P", "", RECIST.replace(nt_partial="by_seen"), False, "NON-CR/NON-PD", ("NONTARGET_PERSISTS",)),
        ("NE | A", "", RECIST.replace(nt_partial="by_seen"), False, "NE", ("NONTARGET_NOT_ASSESSED:NT1",)),
        ("NE | PD", "", RECIST, False, "PD", ("NONTARGET_UP:NT2",)),
        ("PD | PD", "", RECIST, False, "PD", ("NONTARGET_UP:NT1", "NONTARGET_UP:NT2")),
        ("P | A", "yes", RECIST, False, "NON-CR/NON-PD", ("NONTARGET_PERSISTS",)),
        ("P | A", "yes", RANO, False, "PD", ("NONENHANCING_UP",)),
        ("P | A", "no", RANO, False, "NON-CR/NON-PD", ("NONTARGET_PERSISTS",)),
        ("PD | A", "yes", RANO, False, "PD", ("NONTARGET_UP:NT1", "NONENHANCING_UP")),
        ("P | A", "", RECIST, True, "PD", ("REAPPEARED:NT1",)),
        ("NE | A", "", RECIST, True, "NE", ("NONTARGET_NOT_ASSESSED:NT1",)),
        (
            "P | A",
            "",
            RECIST.replace(reappearance_after_cr="size_rule"),
            True,
            "NON-CR/NON-PD",
            ("NONTARGET_PERSISTS",),
        ),
    ],
)
def test_what_other_disease_says_and_why(states, flair, policy, cr, word, reasons):
    """R11-NT, RBM-N1, R11-T6. Progressed, else not assessed, else gone, else persisting; with the reasons."""
    course, seen = course_of(f"visit | NT1 | NT2 | flair\nBL | P | P |\nW8 | {states} | {flair}", policy)
    found = nontarget_response(seen, replace(course, reached_overall_cr=cr))
    assert (found.word, found.reasons, found.flags) == (word, reasons, ())


def test_no_other_disease_listed():
    """R11-NT. It does not count; where nothing at all was listed or scanned, nothing can be said."""

    def other(table: str, policy: Policy) -> Component:
        course, seen = course_of(table, policy)
        return nontarget_response(seen, course)

    cns = RECIST.replace(compartment="CNS")
    assert other("visit | L1\nBL | 30\nW8 | 30", RECIST) == Component("NA")
    assert other("visit | scans\nBL | brain\nW8 | brain", cns) == Component("NA")
    assert other("visit | scans\nBL | brain\nW8 | body", cns) == Component("NE", ("NOTHING_SCANNED",))
    assert other("visit | L1 | scans\nBL | 30 | brain\nW8 | | body", cns) == Component("NA")


def new_seen(*lesions: NewSeen) -> Seen:
    course, seen = course_of("visit | L1\nBL | 30\nW8 | 30", RECIST)
    assert course.base == 300
    return replace(seen, new={f"N{place}": item for place, item in enumerate(lesions, start=1)})


RECORD = NewLesion(PATIENT, "N1", "W8", day("W8"), Certainty.EQUIVOCAL, LesionCompartment.BRAIN)
CERTAIN = NewSeen(RECORD, True, False, False, None, None)
BACKDATED = replace(CERTAIN, is_backdated=True)
DOUBTFUL = NewSeen(RECORD, False, False, False, None, None)
ONE_PLANE = replace(DOUBTFUL, has_one_plane=True)
NEW_RULE = "UNVERIFIED_RULE:R11-NEW"


@pytest.mark.parametrize(
    ("lesions", "review", "blocks", "word", "reasons", "flags"),
    [
        ([], False, False, "no", [], []),
        ([], True, True, "no", [], []),
        ([CERTAIN], False, False, "yes", ["NEW_LESION:N1"], []),
        ([CERTAIN, CERTAIN], False, True, "yes", ["NEW_LESION:N1", "NEW_LESION:N2"], []),
        ([CERTAIN], True, False, "review", ["NEW_LESION:N1"], ["NEW_LESION_UNDER_REVIEW"]),
        ([DOUBTFUL], False, False, "no", [], ["NEW_EQUIVOCAL"]),
        ([DOUBTFUL], True, False, "no", [], ["NEW_EQUIVOCAL"]),
        ([DOUBTFUL], False, True, "blocks", ["NEW_EQUIVOCAL:N1"], ["NEW_EQUIVOCAL"]),
        ([ONE_PLANE], False, False, "no", [], ["NEW_EQUIVOCAL", "NEW_IN_ONE_PLANE"]),
        ([ONE_PLANE, DOUBTFUL], False, False, "no", [], ["NEW_EQUIVOCAL", "NEW_IN_ONE_PLANE"]),
        ([BACKDATED], False, False, "yes", ["NEW_LESION:N1"], ["BACKDATED"]),
        ([BACKDATED, CERTAIN], False, False, "yes", ["NEW_LESION:N1", "NEW_LESION:N2"], ["BACKDATED"]),
        ([CERTAIN, DOUBTFUL], False, True, "yes", ["NEW_LESION:N1"], ["NEW_EQUIVOCAL"]),
        ([replace(CERTAIN, has_one_plane=True)], False, False, "yes", ["NEW_LESION:N1"], []),
        ([replace(DOUBTFUL, is_backdated=True)], False, False, "no", [], ["NEW_EQUIVOCAL"]),
    ],
)
def test_what_new_lesions_say_and_why(lesions, review, blocks, word, reasons, flags):
    """R11-NEW, RBM-W1, RBM-O5. Certain ones progress or wait for review; doubtful ones are told, or block."""
    policy = RANO.replace(equivocal_new="block_cr" if blocks else "ignore_and_flag")
    found = new_lesion_response(new_seen(*lesions), policy, under_review=review)
    assert (found.word, list(found.reasons), list(found.flags)) == (word, reasons, flags)


@pytest.mark.parametrize(
    ("lesions", "flags"),
    [
        ([], []),
        ([CERTAIN], []),
        ([DOUBTFUL], ["NEW_EQUIVOCAL", NEW_RULE]),
        ([ONE_PLANE], ["NEW_EQUIVOCAL", "NEW_IN_ONE_PLANE", NEW_RULE]),
        ([BACKDATED], ["BACKDATED", NEW_RULE]),
        ([CERTAIN, BACKDATED, DOUBTFUL], ["NEW_EQUIVOCAL", "BACKDATED", NEW_RULE]),
    ],
)
def test_under_recist_what_becomes_of_a_doubtful_lesion_is_unverified(lesions, flags):
    """R11-NEW. That it is passed over, and that it reaches back once certain, is flagged."""
    assert list(new_lesion_response(new_seen(*lesions), RECIST, under_review=False).flags) == flags


@pytest.mark.parametrize(
    ("known", "start", "expected"),
    [
        ("yes", "W8", True),
        ("yes", "D57", False),
        ("yes", None, True),
        ("no", None, False),
        ("no", "BL", False),
        ("unknown", None, False),
        ("unknown", "BL", True),
        ("unknown", "D57", False),
    ],
)
def test_on_immunotherapy_from_its_first_day(known, start, expected):
    """RBM-O5. From the day it began; unknown counts as no, a start date says yes unless no was said."""
    patient = read_patient("visit | L1\nBL | 30\nW8 | 30", immunotherapy=known, immunotherapy_start=start)
    assert on_immunotherapy(patient, day("W8")) is expected


def test_the_nadir_and_what_lowers_it():
    """RBM-T1. Complete visits lower the nadir, the first of equals keeps it; each lesion has its own."""
    table = "visit | L1 | L2\nBL | 20 | 20\nW8 | 10 | ND\nW16 | 18 | 18\nW20 | 17 | 19\nW24 | 30 | 30"
    course, _ = course_of(table, RANO)
    assert course.nadir == Nadir(360, "W16", {"L1": 180, "L2": 180})
    assert course.own_nadirs == {"L1": 100, "L2": 180}
    assert (course.base, course.base_sizes) == (400, {"L1": 200, "L2": 200})
    everything, _ = course_of(table, RANO.replace(nadir_from="all_visits"))
    assert everything.nadir == Nadir(100, "W8", {"L1": 100, "L2": None})
    unseen, _ = course_of("visit | L1\nBL | ND\nW8 | ND\nW16 | 30", RANO.replace(nadir_from="all_visits"))
    assert (unseen.nadir, unseen.base, unseen.base_sizes) == (None, None, {"L1": None})
    empty, _ = course_of("visit | NT1\nBL | P\nW8 | P", RANO)
    assert (empty.nadir, empty.base, empty.base_sizes) == (None, None, {})
    part, _ = course_of("visit | L1 | L2\nBL | 20 | ND\nW8 | 20 | 20", RANO)
    assert (part.nadir, part.base, part.base_sizes) == (None, None, {"L1": 200, "L2": None})
    nothing, _ = course_of("visit | L1\nBL | ABS\nW8 | 20", RANO)
    assert (nothing.nadir, nothing.base) == (Nadir(0, "BL", {"L1": 0}), None)
    least, _ = course_of("visit | L1\nBL | 0.1\nW8 | 20", RANO)
    assert least.base == 1


@pytest.mark.parametrize(
    ("table", "policy", "word", "reasons"),
    [
        ("visit | L1\nBL | 30\nW8 | 10\nW16 | 21", RANO, "PR", ("SUM_DOWN",)),
        ("visit | L1\nBL | 30\nW8 | 10\nW16 | 21.1", RANO, "SD", ("SUM_STABLE",)),
        ("visit | L1 | L2\nBL | 30 | 20\nW8 | 10 | 10\nW16 | 90 | ND", RANO, "NE", ()),
        ("visit | L1 | L2\nBL | 30 | ND\nW8 | 10 | 10\nW16 | 20 | 20", RANO, "NE", ("BASELINE_INCOMPLETE",)),
    ],
)
def test_a_target_progression_that_was_withdrawn(table, policy, word, reasons):
    """ADJ-5, IRN-3. What is left is the size against baseline, where every target was assessed."""
    course, seen = course_of(table, policy)
    found, total = target_response(seen, course)
    assert found.word == "PD"
    n_assessed = sum(size is not None for size in seen.sizes.values())
    parts = Parts(found, Component("NA"), Component("no"), total, n_assessed, course.nadir)
    left = without_imaging_progression(parts, course)
    assert left == replace(parts, target=Component(word, reasons))


def test_volumes_whose_progression_was_withdrawn():
    """ADJ-5, VOL-1. By volume the response of what is left is -65 %."""
    table = "visit | L1\nBL | 30\nW8 | 30\nW16 | 30"
    for now, word in ((350, "PR"), (351, "SD")):
        measured = {("L1", visit): {"volume": v} for visit, v in (("BL", 1000), ("W8", 100), ("W16", now))}
        course, _ = course_of(table, VOLUME, measured=measured)
        parts = Parts(Component("PD"), Component("NA"), Component("no"), now, 1, course.nadir)
        assert without_imaging_progression(parts, course).target.word == word


def test_other_progression_that_was_withdrawn():
    """ADJ-5, IRN-3. Other disease persists where any was listed; a new lesion waits for review."""
    listed, _ = course_of("visit | L1 | NT1\nBL | 30 | P\nW8 | 30 | P", RANO)
    alone, _ = course_of("visit | L1\nBL | 30\nW8 | 30", RANO)
    parts = Parts(
        Component("SD", ("SUM_STABLE",)),
        Component("PD", ("NONENHANCING_UP",), ("F",)),
        Component("yes", ("NEW_LESION:N1",), ("G",)),
        300,
        1,
        None,
    )
    left = without_imaging_progression(parts, listed)
    assert left.target == parts.target
    assert left.nontarget == Component("NON-CR/NON-PD", ("NONTARGET_PERSISTS",), ("F",))
    assert left.new == Component("review", ("NEW_LESION:N1",), ("G", "NEW_LESION_UNDER_REVIEW"))
    assert without_imaging_progression(parts, alone).nontarget == Component("NA")
    lasting = replace(parts, target=Component("PR", ("PR_PERSISTS",)))
    assert without_imaging_progression(lasting, listed).target == lasting.target
    calm = replace(parts, nontarget=Component("CR"), new=Component("no"))
    assert without_imaging_progression(calm, listed) == calm
