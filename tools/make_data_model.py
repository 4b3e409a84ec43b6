"""Writes what is made from the cohort's LinkML schema: model.json, pydantic models, JSON Schema, reference.

`python -m tools.make_data_model` writes, `--check` only says what is stale.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from pprint import pformat
from typing import Any

import msgspec
import yaml

from cimara.cohort.model import DataModel
from cimara.cohort.redcap.dictionary import project_files
from tools.data_model_pages import pages

ROOT = Path(__file__).resolve().parents[1]
COHORT = ROOT / "src" / "cimara" / "cohort"
SCHEMA = COHORT / "schema" / "cimara_cohort.yaml"
GENERATED = COHORT / "generated"
PAGES = ROOT / "docs" / "reference" / "cohort"
RECORD = "Record"
"""The abstract class whose fields every entity has."""
LONGEST_REDCAP_NAME = 26
"""Longer names vanish from some REDCap exports (cohort.md section 7)."""


def made_files() -> dict[Path, str]:
    """Every generated file and what is to stand in it."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    made = compiled(schema)
    return {
        GENERATED / "model.json": json.dumps(made, indent=1, ensure_ascii=False) + "\n",
        **{GENERATED / "redcap" / name: text for name, text in redcap_files(made).items()},
        GENERATED / "pydantic_models.py": pydantic_models(schema),
        GENERATED / "cohort.schema.json": json_schema(schema),
        **{PAGES / name: text for name, text in pages(msgspec.convert(made, DataModel)).items()},
    }


def compiled(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema as `cimara.cohort.model` reads it."""
    classes = schema["classes"]
    shared = classes[RECORD]["attributes"]
    return {
        "version": schema["version"],
        "entities": [
            _entity(name, cls, shared if cls.get("is_a") == RECORD else {}, schema)
            for name, cls in classes.items()
            if not cls.get("abstract")
        ],
    }


def _entity(name: str, cls: dict[str, Any], shared: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    said = cls["annotations"]
    attributes = {**cls["attributes"], **shared}
    return {
        "name": name,
        "table": said["table"],
        "grain": said["grain"],
        "description": cls["description"],
        "key": cls["unique_keys"]["primary"]["unique_key_slots"],
        "repeating": said["repeating"],
        "redcap_prefix": said["redcap_prefix"],
        "fields": [_field(field, slot, said["redcap_prefix"], schema) for field, slot in attributes.items()],
        "rules": [_rule(rule) for rule in cls.get("rules", [])],
    }


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": rule["title"],
        "severity": rule["annotations"]["severity"],
        "hint": rule["description"],
        "when": _clause(rule.get("preconditions", {})),
        "then": _clause(rule["postconditions"]),
    }


def _clause(said: dict[str, Any]) -> dict[str, Any]:
    """A LinkML class expression: its slot conditions, and those of which one is enough."""
    some = [_conditions(one["slot_conditions"]) for one in said.get("any_of", [])]
    if any(len(one) != 1 for one in some):
        raise SystemExit("any_of of a rule takes one slot condition each")
    return {"every": _conditions(said.get("slot_conditions", {})), "some": [one[0] for one in some]}


def _conditions(slots: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "field": name,
            "presence": said.get("value_presence"),
            "codes": [said["equals_string"]] if "equals_string" in said else said.get("equals_string_in", []),
            "numbers": [one["equals_number"] for one in said.get("any_of", [])],
            "lowest": said.get("minimum_value"),
            "highest": said.get("maximum_value"),
        }
        for name, said in slots.items()
    ]


def _field(name: str, slot: dict[str, Any], prefix: str, schema: dict[str, Any]) -> dict[str, Any]:
    said = slot.get("annotations", {})
    kind = _kind(slot, schema)
    limits = schema["types"]["Day"] if kind == "day" else slot
    redcap_name = f"{prefix}_{name}"
    if len(redcap_name) > LONGEST_REDCAP_NAME:
        raise SystemExit(f"{redcap_name} is longer than {LONGEST_REDCAP_NAME} characters")
    return {
        "name": name,
        "label": slot["title"],
        "kind": kind,
        "need": "R" if slot.get("required") else said.get("need", "O"),
        "unit": slot.get("unit", {}).get("ucum_code", "d" if kind == "day" else ""),
        "lowest": limits.get("minimum_value"),
        "highest": limits.get("maximum_value"),
        "places": said.get("places", 0),
        "pattern": slot.get("pattern", ""),
        "max_length": said.get("max_length"),
        "enum": slot["range"] if kind in ("code", "codes") else "",
        "codes": _codes(schema["enums"][slot["range"]]) if kind in ("code", "codes") else [],
        "references": said.get("references", ""),
        "redcap_name": redcap_name,
        "takes_reason": said.get("takes_reason", True),
    }


def _kind(slot: dict[str, Any], schema: dict[str, Any]) -> str:
    of_range = {"string": "text", "Day": "day", "integer": "integer", "float": "decimal"}
    if slot["range"] in schema["enums"]:
        return "codes" if slot.get("multivalued") else "code"
    return of_range[slot["range"]]


def _codes(enum: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "redcap": said["annotations"]["redcap_code"],
            "label": said["title"],
            "meaning": said.get("meaning", ""),
        }
        for name, said in enum["permissible_values"].items()
    ]


def redcap_files(model: dict[str, Any]) -> dict[str, str]:
    """The REDCap project of the model, by file name."""
    return project_files(msgspec.convert(model, DataModel))


def pydantic_models(schema: dict[str, Any]) -> str:
    """Models of single records. LinkML's generator drops `rules:`, so a validator of them is put in."""
    from linkml.generators.pydanticgen import PydanticGenerator
    from linkml.generators.pydanticgen.template import Import, ObjectImport

    generator = PydanticGenerator(
        _without_warnings(schema),
        metadata_mode=None,
        imports=[Import(module="pydantic", objects=[ObjectImport(name="model_validator")])],
        injected_fields=[RECORD_VALIDATOR],
    )
    rules = pformat(_error_rules(schema), width=110, sort_dicts=False)
    return f"{generator.serialize()}\n\nROW_RULES = {rules}\n{ROW_RULE_CODE}"


def _error_rules(schema: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By class, the rules that are errors."""
    return {
        entity["name"]: [rule for rule in entity["rules"] if rule["severity"] == "error"]
        for entity in compiled(schema)["entities"]
        if entity["rules"]
    }


RECORD_VALIDATOR = """
@model_validator(mode="after")
    def row_rules(self):
        broken = [rule for rule in ROW_RULES.get(type(self).__name__, ()) if _breaks(self, rule)]
        if broken:
            raise ValueError("; ".join(f"{rule['id']}: {rule['hint']}" for rule in broken))
        return self
""".strip()
ROW_RULE_CODE = '''

def _breaks(record, rule):
    """Whether a rule speaks of the record, and does not hold."""
    return _holds(record, rule["when"], blank=False) and not _holds(record, rule["then"], blank=True)


def _holds(record, clause, blank):
    some = [_met(record, one, blank) for one in clause["some"]]
    return all(_met(record, one, blank) for one in clause["every"]) and (not some or any(some))


def _met(record, one, blank):
    value = getattr(record, one["field"])
    if one["presence"]:
        return (value is None) == (one["presence"] == "ABSENT")
    if value is None:
        return blank
    return (
        (not one["codes"] or value in one["codes"])
        and (not one["numbers"] or value in one["numbers"])
        and (one["lowest"] is None or value >= one["lowest"])
        and (one["highest"] is None or value <= one["highest"])
    )
'''


def json_schema(schema: dict[str, Any]) -> str:
    """JSON Schema of single records, with the rules that are errors."""
    from linkml.generators.jsonschemagen import JsonSchemaGenerator

    return str(JsonSchemaGenerator(_without_warnings(schema)).serialize()).rstrip() + "\n"


def _without_warnings(schema: dict[str, Any]) -> str:
    """The schema as YAML without the rules that only warn: a record that breaks one is valid."""
    classes = {
        name: {**cls, "rules": [one for one in cls["rules"] if one["annotations"]["severity"] == "error"]}
        if "rules" in cls
        else cls
        for name, cls in schema["classes"].items()
    }
    return str(yaml.safe_dump({**schema, "classes": classes}, sort_keys=False, allow_unicode=True))


def main() -> int:
    """Write the files, or say which are stale."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    args = parser.parse_args()
    made = made_files()
    stale = [path for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
        print(f"{'stale' if args.check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if stale and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
