"""The overall response for every combination of its parts, each stated a second time as a list of sentences.

A table of visits for each combination would fill the manual with thousands; here the parts are words.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import pytest

from cimara.response import Policy
from cimara.response.criteria.clinical import ClinicalSeen, has_deteriorated
from cimara.response.criteria.components import Component, Parts
from cimara.response.criteria.rano_bm import rano_call
from cimara.response.criteria.recist import recist_call

TARGET = ("CR", "PR", "SD", "PD", "NE", "NA")
OTHER = ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")
UNVERIFIED = {"R11-N2"}
SOURCES = {"R11-O9": "project", "R11-N3": "project", "R11-N2": "ADMO"}


class Given(NamedTuple):
    """The words of one visit."""

    target: str
    other: str
    new: str
    clinical: str = "OK"
    steroid: str = "NONE"
    bevacizumab: bool = False

    @property
    def parts(self) -> Parts:
        return Parts(
            Component(self.target, (f"target {self.target}",)),
            Component(self.other, (f"other {self.other}",)),
            Component(self.new, (f"new {self.new}",)),
            None,
            0,
            None,
        )

    @property
    def all_gone(self) -> bool:
        """Everything that was there at baseline is gone."""
        return (self.target, self.other) in (("CR", "CR"), ("CR", "NA"), ("NA", "CR"))


def recist(given: Given) -> tuple[str, str, str]:
    """Tables 1 and 2 of Eisenhauer 2009 as sentences: response, rule, what progressed."""
    target, other, new = given.target, given.other, given.new
    if new == "yes":
        return "PD", "R11-O1", "new"
    if target == "PD":
        return "PD", "R11-O2", "target"
    if other == "PD":
        return "PD", "R11-O3", "non-target"
    if target == "CR":
        if other in ("CR", "NA"):
            return ("CR", "R11-O4", "") if new == "no" else ("PR", "R11-O9", "")
        return "PR", "R11-O5", ""
    if target in ("PR", "SD", "NE"):
        return target, {"PR": "R11-O6", "SD": "R11-O7", "NE": "R11-O8"}[target], ""
    if other == "CR":
        return ("CR", "R11-N1", "") if new == "no" else ("NON-CR/NON-PD", "R11-N3", "")
    return (other, "R11-N1", "") if other != "NA" else ("NED", "R11-N2", "")


def rano(given: Given, policy: Policy) -> tuple[str, str, str]:
    """Table 4 of Lin 2015 as sentences, with the project's choices where it is silent."""
    progression = {
        "RBM-O1": ("clinical", given.clinical == "WORSE"),
        "RBM-O2": ("target", given.target == "PD"),
        "RBM-O3": ("non-target", given.other == "PD"),
        "RBM-O4": ("new", given.new == "yes"),
    }
    for rule, (kind, holds) in progression.items():
        if holds:
            return "PD", rule, kind
    if given.target == "NE":
        return "NE", "RBM-O6", ""
    if "UNKNOWN" in (given.clinical, given.steroid):
        return "NE", "RBM-O7", ""
    return (*(_steroids_up(given, policy) or _on_bevacizumab(given, policy) or _by_size(given, policy)), "")


def _steroids_up(given: Given, policy: Policy) -> tuple[str, str] | None:
    choice = policy.steroid_increase_no_decline
    if given.steroid != "INCREASED" or choice == "ignore":
        return None
    if choice == "ne":
        return "NE", "RBM-O8"
    if given.target in ("CR", "PR", "SD"):
        return "SD", "RBM-O8"
    return ("NON-CR/NON-PD", "RBM-O8") if given.other in ("CR", "NON-CR/NON-PD") else None


def _on_bevacizumab(given: Given, policy: Policy) -> tuple[str, str] | None:
    is_response = given.target in ("CR", "PR") or (given.target, given.other) == ("NA", "CR")
    if given.bevacizumab and policy.antiangiogenic == "ne" and is_response:
        return "NE", "RBM-A1"
    return None


def _by_size(given: Given, policy: Policy) -> tuple[str, str]:
    has_targets = given.target != "NA"
    if given.all_gone:
        if given.new in ("review", "blocks"):
            return "PR", ("RBM-O5" if given.new == "review" else "RBM-O14") if has_targets else "RBM-O13"
        if given.steroid == "NONE":
            return "CR", "RBM-O9" if has_targets else "RBM-O13"
        return policy.cr_on_steroids.upper(), "RBM-O10" if has_targets else "RBM-O13"
    if not has_targets:
        return ("NED" if given.other == "NA" else given.other), "RBM-O13"
    if given.target == "SD":
        return "SD", "RBM-O12"
    if given.other == "NE" and policy.nt_ne_with_target_response == "ne":
        return "NE", "RBM-O11"
    return "PR", "RBM-O11"


@pytest.mark.parametrize("target", TARGET)
def test_every_row_of_the_recist_table(target):
    """R11-O1, R11-O2, R11-O3, R11-O4, R11-O5, R11-O6, R11-O7, R11-O8, R11-O9, R11-N1, R11-N2, R11-N3.
    Every combination of targets, other disease and new lesions has the response of the published table.
    """
    for other, new in product(OTHER, ("no", "blocks", "yes")):
        given = Given(target, other, new)
        call = recist_call(given.parts)
        assert (call.response, call.rule_id, call.kind) == recist(given), given
        assert call.citation == SOURCES.get(call.rule_id, "EIS09"), given
        assert call.flags == tuple(f"UNVERIFIED_RULE:{name}" for name in {call.rule_id} & UNVERIFIED), given


@pytest.mark.parametrize(
    "option",
    [
        "",
        "steroid_increase_no_decline=sd",
        "steroid_increase_no_decline=ignore",
        "cr_on_steroids=cr",
        "cr_on_steroids=ne",
        "nt_ne_with_target_response=ne",
        "antiangiogenic=ne",
        "steroid_increase_no_decline=ignore cr_on_steroids=cr",
        "steroid_increase_no_decline=ignore cr_on_steroids=ne",
        "steroid_increase_no_decline=ignore antiangiogenic=ne",
        "steroid_increase_no_decline=sd antiangiogenic=ne nt_ne_with_target_response=ne cr_on_steroids=cr",
        "steroid_increase_no_decline=sd antiangiogenic=ne cr_on_steroids=ne",
        "steroid_increase_no_decline=ignore nt_ne_with_target_response=ne cr_on_steroids=ne",
    ],
)
def test_every_row_of_the_rano_bm_table(option):
    """RBM-O1, RBM-O2, RBM-O3, RBM-O4, RBM-O5, RBM-O6, RBM-O7, RBM-O8, RBM-O9, RBM-O10, RBM-O11, RBM-O12,
    RBM-O13, RBM-O14, RBM-A1. Progression needs one part, a response all of them, under every option.
    """
    policy = Policy.preset("rano_bm").replace(**dict(text.split("=") for text in option.split()))
    words = product(
        TARGET,
        OTHER,
        ("no", "blocks", "review", "yes"),
        ("OK", "WORSE", "UNKNOWN"),
        ("NONE", "KEPT", "INCREASED", "UNKNOWN"),
        (False, True),
    )
    for given in (Given(*item) for item in words):
        clinical = ClinicalSeen(given.clinical, "", given.steroid, "", given.bevacizumab, None)
        call = rano_call(given.parts, clinical, policy)
        assert (call.response, call.rule_id, call.kind) == rano(given, policy), given
        assert call.flags == (), given
        assert call.citation in ("LIN15", "project"), given


@pytest.mark.parametrize(
    ("given", "kinds", "reasons"),
    [
        (
            Given("PD", "PD", "yes", "WORSE"),
            "clinical target non-target new",
            "CLINICAL_WORSE target other new",
        ),
        (Given("PD", "NON-CR/NON-PD", "no"), "target", "target"),
        (Given("SD", "PD", "review"), "non-target", "other"),
        (Given("SD", "CR", "yes"), "new", "new"),
        (Given("SD", "CR", "no", "WORSE"), "clinical", "CLINICAL_WORSE"),
        (Given("PR", "CR", "no"), "", "target other new"),
    ],
)
def test_the_reasons_are_those_of_the_parts_that_progressed(given, kinds, reasons):
    """RBM-O1, RBM-O2, RBM-O3, RBM-O4. A progression names every part that progressed, and only those."""
    clinical = ClinicalSeen(given.clinical, "", given.steroid, "", False, None)
    call = rano_call(given.parts, clinical, Policy.preset("rano_bm"))
    assert call.kinds == tuple(kinds.split())
    assert [reason.split()[0] for reason in call.reasons] == reasons.split()
    assert "PD" not in recist_call(Given("SD", "CR", "no").parts).kinds
    if given.clinical == "OK" and given.new != "review":
        assert recist_call(given.parts).reasons == call.reasons


@pytest.mark.parametrize(
    ("given", "options", "reason"),
    [
        (Given("CR", "CR", "no", steroid="KEPT"), {}, ["CR_EXCLUDED_BY_STEROIDS"]),
        (Given("CR", "NA", "no", steroid="KEPT"), {"cr_on_steroids": "ne"}, ["CR_EXCLUDED_BY_STEROIDS"]),
        (Given("CR", "CR", "no", steroid="KEPT"), {"cr_on_steroids": "cr"}, []),
        (Given("NA", "CR", "no", steroid="KEPT"), {}, ["CR_EXCLUDED_BY_STEROIDS"]),
        (Given("NA", "CR", "no", steroid="KEPT"), {"cr_on_steroids": "ne"}, ["CR_EXCLUDED_BY_STEROIDS"]),
        (Given("NA", "CR", "no", steroid="KEPT"), {"cr_on_steroids": "cr"}, []),
        (Given("NA", "CR", "no"), {}, []),
        (Given("NA", "CR", "review"), {}, ["CR_CAPPED_BY_NEW_LESION"]),
        (Given("NA", "CR", "review", steroid="KEPT"), {}, ["CR_CAPPED_BY_NEW_LESION"]),
        (Given("NA", "CR", "blocks"), {}, []),
        (Given("NA", "CR", "blocks", steroid="KEPT"), {}, []),
        (Given("NA", "NE", "no", steroid="KEPT"), {}, []),
        (Given("NA", "NE", "review"), {}, []),
        (Given("NA", "NON-CR/NON-PD", "no", steroid="KEPT"), {}, []),
        (Given("NA", "NA", "no", steroid="KEPT"), {}, []),
        (Given("CR", "CR", "review", steroid="KEPT"), {"cr_on_steroids": "cr"}, ["CR_CAPPED_BY_NEW_LESION"]),
        (Given("CR", "CR", "blocks"), {}, []),
        (Given("PR", "CR", "no", steroid="KEPT"), {}, []),
        (Given("PR", "CR", "no", steroid="INCREASED"), {}, ["STEROID_UP_NO_DECLINE"]),
        (Given("PR", "CR", "no", bevacizumab=True), {"antiangiogenic": "ne"}, ["PSEUDO_RESPONSE"]),
        (Given("PR", "CR", "no", "UNKNOWN"), {}, ["CLINICAL_UNKNOWN"]),
        (Given("PR", "CR", "no", "OK", "UNKNOWN"), {}, ["STEROID_UNKNOWN"]),
        (Given("PR", "CR", "no", "UNKNOWN", "UNKNOWN"), {}, ["CLINICAL_UNKNOWN", "STEROID_UNKNOWN"]),
    ],
)
def test_what_held_a_response_back_is_named(given, options, reason):
    """RBM-O5, RBM-O7, RBM-O8, RBM-O10, RBM-O13, RBM-A1. Steroids, new lesions and what is unknown are named
    where they decided, and only there.
    """
    clinical = ClinicalSeen(given.clinical, "", given.steroid, "", given.bevacizumab, None)
    call = rano_call(given.parts, clinical, Policy.preset("rano_bm").replace(**options))
    assert list(call.reasons[3:]) == reason


def test_every_fall_of_the_karnofsky_scale():
    """RBM-C1. From 90 or 100 to 70 or less; by 20 or more from 80 or less; any fall to 50 or less."""
    for before, now in product(range(0, 101, 10), repeat=2):
        from_well = before >= 90 and now <= 70
        by_twenty = before <= 80 and before - now >= 20
        to_fifty = now <= 50 and now < before
        assert has_deteriorated("KPS", before, now) is (from_well or by_twenty or to_fifty), (before, now)


def test_every_rise_of_the_ecog_scale():
    """RBM-C1. From 0 or 1 to 2 or more, and from 2 to 3 or more; 3 to 4 is not listed."""
    for before, now in product(range(6), repeat=2):
        worse = (before <= 1 and now >= 2) or (before == 2 and now >= 3)
        assert has_deteriorated("ECOG", before, now) is worse, (before, now)
