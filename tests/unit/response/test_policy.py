"""A policy: every field named, checked, described, hashed, and written as it is read."""

from __future__ import annotations

from dataclasses import fields

import pytest

from cimara.response.policy import Policy, PolicyError, policy_fields, preset_names
from cimara.terms.endpoint import RESPONSE_PRESETS


def test_the_dataclass_and_its_data_agree():
    described = policy_fields()
    assert [field.name for field in fields(Policy)] == list(described)
    assert all(field.default == described[field.name].default for field in fields(Policy))


def test_every_field_has_reason_source_and_status():
    assert all(item.reason and item.citation and item.status in "VAUP" for item in policy_fields().values())


def test_there_is_a_preset_for_each_criterion_that_can_be_applied():
    assert set(preset_names()) == set(RESPONSE_PRESETS)


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_is_written_as_it_is_read(name, tmp_path):
    policy = Policy.preset(name).replace(min_sd_days=35, volumetric_abs_increase_mm3=200)
    path = tmp_path / "policy.toml"
    path.write_text(policy.to_toml())
    assert Policy.from_toml(path) == policy
    assert Policy.from_toml(path).hash == policy.hash


def test_none_is_written_as_a_word():
    text = 'preset = "rano_bm"\n[override]\nvolumetric_abs_increase_mm3 = "none"\n'
    assert Policy.from_toml(text).volumetric_abs_increase_mm3 is None


def test_every_field_changes_the_hash():
    policy = Policy.preset("recist11")
    for name, item in policy_fields().items():
        old = getattr(policy, name)
        others = {
            "word": next((word for word in item.allowed if word != old), None),
            "text": "another",
            "bool": not old,
        }
        new = others.get(item.type, item.minimum if old != item.minimum else item.minimum + 1)
        assert policy.replace(**{name: new}).hash != policy.hash, name


def test_presets_have_hashes_of_their_own():
    assert len({Policy.preset(name).hash for name in preset_names()}) == len(preset_names())


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(PolicyError, match=r"recist11 or .*Did you mean 'rano_bm'"):
        Policy.preset("rano-bm")


def test_an_unknown_field_is_an_error_with_a_hint():
    with pytest.raises(PolicyError, match="Did you mean 'pr_persistence'"):
        Policy.preset("recist11").replace(pr_persistance=False)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("nt_partial", "maybe", "ne or by_seen"),
        ("pr_persistence", 1, "true or false"),
        ("min_ld", -1, "a whole number from 0 to 3000"),
        ("min_ld", True, "a whole number from 0 to 3000"),
        ("label", 3, "a text"),
        ("volumetric_abs_increase_mm3", "x", "or none"),
    ],
)
def test_a_value_out_of_range_names_the_allowed_ones(field, value, allowed):
    with pytest.raises(PolicyError, match=allowed):
        Policy.preset("recist11").replace(**{field: value})


@pytest.mark.parametrize("text", ["preset = 3", "other = 1", 'preset = "recist11"\noverride = 3', "= ="])
def test_a_broken_policy_file(text):
    with pytest.raises(PolicyError):
        Policy.from_toml(text)


def test_the_description_has_a_row_for_every_field():
    text = Policy.preset("rano_bm").describe()
    assert all(f"| {name} |" in text for name in policy_fields())
    assert "| min_perp | 50 | a whole number from 0 to 3000 |" in text


def test_differences_between_policies():
    literal = Policy.preset("recist11_literal")
    changed = Policy.preset("recist11").differences(literal)
    assert set(changed) == {"label", "pr_persistence", "reappearance_after_cr", "confirm_rule"}
