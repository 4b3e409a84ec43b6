"""The protocol text says what the definition does, and changes when it does."""

from __future__ import annotations

import dataclasses
import re

import pytest

from cimara.outcomes import Endpoint, Schedule, catalogue
from cimara.outcomes.endpoints.applicability import applicable_options, applicable_switches
from cimara.outcomes.endpoints.options import OPTIONS
from cimara.outcomes.endpoints.protocol_text import protocol_html, protocol_latex, table_row
from cimara.outcomes.endpoints.switches import SENTENCES, SWITCH_WORDS
from cimara.outcomes.endpoints.words import Flag, RuleStatus, Take
from cimara.terms.endpoint import CriteriaId
from cimara.terms.response import AssessedCompartment

NUMBER = re.compile(r"(?<![A-Za-z0-9.])\d+(?![A-Za-z0-9.])")


def without_fingerprint(text: str) -> str:
    return re.sub(r"(fingerprint|policy) [0-9a-f]+\.\.\.", "", text)


@pytest.mark.parametrize("name", list(catalogue))
def test_each_switch_value_changes_the_text(name: str) -> None:
    endpoint = catalogue[name]
    for switch in applicable_switches(endpoint):
        if switch == "missed_visits":
            values: list[object] = ["none", {"count": 2, "rule": "gap"}, {"count": 3, "rule": "schedule"}]
        else:
            values = [str(one) for one in SWITCH_WORDS[switch]]
        texts = {
            without_fingerprint(endpoint.replace(switch={switch: one}).protocol_text()) for one in values
        }
        assert len(texts) == len(values), switch


@pytest.mark.parametrize("name", list(catalogue))
def test_each_option_value_changes_the_text(name: str) -> None:
    endpoint = catalogue[name]
    for option in applicable_options(endpoint):
        values = OPTIONS[option].values or (3, 4)
        asked = [(one,) if OPTIONS[option].several else one for one in values]
        texts = {without_fingerprint(endpoint.replace(option={option: one}).protocol_text()) for one in asked}
        assert len(texts) == len(values), option


RULE = catalogue["CNSPFS"].events[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "OTHER"},
        {"version": "1.0.1"},
        {"label": "Another label"},
        {"status": RuleStatus.VERIFIED},
        {"cite": ("LIN15",)},
        {"require": (Flag.CNS_DISEASE,)},
        {"exclude": (Flag.CNS_DISEASE,)},
        {"evaluator": "BICR"},
        {"schedule": Schedule(56, until=300)},
        {"schedule": Schedule(days=(10, 20))},
        {"start": dataclasses.replace(catalogue["CNSPFS"].start, first_available=("ENROLMENT",))},
        {"events": (dataclasses.replace(RULE, text="growth"),)},
        {"events": (dataclasses.replace(RULE, code="GROWTH"),)},
        {"events": (dataclasses.replace(RULE, take=Take.LAST),)},
        {"events": (dataclasses.replace(RULE, not_before=20),)},
        {"events": (dataclasses.replace(RULE, within_days=20),)},
        {"events": (dataclasses.replace(RULE, where=(("kind", ("new",)),)),)},
        {"events": (dataclasses.replace(RULE, compartment=AssessedCompartment.SYS),)},
        {"events": catalogue["CNSPFS"].events[:1]},
        {"censors": catalogue["CNSPFS"].censors[:1]},
    ],
)
def test_each_field_changes_the_text(changes: dict[str, object]) -> None:
    endpoint = catalogue["CNSPFS"]
    changed = dataclasses.replace(endpoint, **changes)  # type: ignore[arg-type]
    assert without_fingerprint(changed.protocol_text()) != without_fingerprint(endpoint.protocol_text())


def test_the_criterion_changes_the_text() -> None:
    text = catalogue["CNSPFS"].to_toml().replace("rano_bm", "mrecist_cns5")
    assert "mRECIST-CNS 5 mm" in Endpoint.from_text(text).protocol_text()


@pytest.mark.parametrize("name", list(catalogue))
def test_every_number_in_the_text_is_one_of_the_object(name: str) -> None:
    endpoint = catalogue[name].replace(schedule=Schedule(42, until=336, window=5))
    rules = (*endpoint.events, *endpoint.competing, *endpoint.censors)
    known = {"42", "336", "5", *(str(one.not_before) for one in rules)}
    known |= {str(endpoint.option(one)) for one in applicable_options(endpoint)}
    text = without_fingerprint(endpoint.protocol_text())
    for label in CriteriaId:
        text = text.replace(label.label, "")
    assert set(NUMBER.findall(text)) <= known


def test_the_hashes_in_the_text_are_the_objects() -> None:
    endpoint = catalogue["CNSPFS"]
    assert f"fingerprint {endpoint.fingerprint[:4]}..." in endpoint.protocol_text()


def test_every_switch_value_has_its_sentence() -> None:
    assert {name: set(values) for name, values in SENTENCES.items()} == {
        name: {str(one) for one in words} for name, words in SWITCH_WORDS.items()
    }


def test_latex_and_html_are_escaped() -> None:
    endpoint = dataclasses.replace(catalogue["CNSPFS"], label="A & B < 5 %")
    assert r"A \& B \textless{} 5 \%" in protocol_latex(endpoint)
    assert "A &amp; B &lt; 5 %" in protocol_html(endpoint)
    assert "<h3>" in protocol_html(endpoint)


def test_a_table_row_has_five_cells() -> None:
    assert all(table_row(one)[0] and len(table_row(one)) == 5 for one in catalogue.values())


def test_requirements_name_facts_columns_and_scans() -> None:
    needed = catalogue["BIPFS"].requires()
    assert needed.assessments == ("brain MRI", "body scan")
    assert needed.criteria == ("rano_bm/CNS", "recist11/SYS")
    assert needed.schedule
    assert "deaths.cause" in catalogue["NEURDTH"].requires().columns
    assert "patients.cns_disease" in catalogue["BMFS"].requires().columns
    assert catalogue["NCOGDET"].requires().assessments == ("cognitive test",)
    assert catalogue["OS"].requires().assessments == ()


def test_comparison_names_the_switch_the_rule_and_the_option() -> None:
    left, right = catalogue["NEURDTH"], catalogue["NEURDTH"].replace(option={"both_counts": "own"})
    assert left.compare(right) == ["option both_counts: neurologic against own"]
    left, right = catalogue["CNSPFS"], catalogue["CNSPFS"].replace(switch={"withdrawal": "ignore"})
    assert left.compare(right) == ["switch withdrawal: censor against ignore"]
    assert "event DEATH: only in the first" in catalogue["CNSPFS"].compare(catalogue["CNSTTP"])
    assert left.compare(left) == []
