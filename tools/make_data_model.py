"""Writes what is made from the cohort's LinkML schema: model.json, pydantic models, JSON Schema.

`python -m tools.make_data_model` writes, `--check` only says what is stale.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
COHORT = ROOT / "src" / "cimara" / "cohort"
SCHEMA = COHORT / "schema" / "cimara_cohort.yaml"
GENERATED = COHORT / "generated"
RECORD = "Record"
"""The abstract class whose fields every entity has."""
LONGEST_REDCAP_NAME = 26
"""Longer names vanish from some REDCap exports (cohort.md section 7)."""


def made_files() -> dict[Path, str]:
    """Every generated file and what is to stand in it."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    return {
        GENERATED / "model.json": json.dumps(compiled(schema), indent=1, ensure_ascii=False) + "\n",
        GENERATED / "pydantic_models.py": pydantic_models(),
        GENERATED / "cohort.schema.json": json_schema(),
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
    }


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


def pydantic_models() -> str:
    """Models of single records."""
    from linkml.generators.pydanticgen import PydanticGenerator

    return str(PydanticGenerator(str(SCHEMA), metadata_mode=None).serialize())


def json_schema() -> str:
    """JSON Schema of single records."""
    from linkml.generators.jsonschemagen import JsonSchemaGenerator

    return str(JsonSchemaGenerator(str(SCHEMA)).serialize()).rstrip() + "\n"


def main() -> int:
    """Write the files, or say which are stale."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    args = parser.parse_args()
    stale = [
        path for path, text in made_files().items() if not path.is_file() or path.read_text("utf-8") != text
    ]
    for path in stale:
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made_files()[path], encoding="utf-8")
        print(f"{'stale' if args.check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if stale and args.check else 0


if __name__ == "__main__":
    sys.exit(main())
