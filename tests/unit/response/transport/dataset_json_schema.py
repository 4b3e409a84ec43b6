"""The structure of Dataset-JSON 1.1 as a JSON schema, for tests.

Written from the attribute tables of the CDISC Dataset-JSON Specification 1.1 (final, 2024-12-05), sections
"Top-level Metadata Attributes", "Column Metadata" and "Supported Column Data Type Combinations", as published
in the repository cdisc-org/DataExchange-DatasetJson (doc/dataset-json1-1.md). It is not CDISC's own schema.
"""

from __future__ import annotations

_DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?([+-]\d{2}:\d{2}|Z)?$"
_ID = {"type": "string", "minLength": 1}

COLUMN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["itemOID", "name", "label", "dataType"],
    "properties": {
        "itemOID": _ID,
        "name": _ID,
        "label": {"type": "string"},
        "dataType": {
            "enum": [
                "string",
                "integer",
                "decimal",
                "float",
                "double",
                "boolean",
                "datetime",
                "date",
                "time",
                "URI",
            ]
        },
        "targetDataType": {"enum": ["integer", "decimal"]},
        "length": {"type": "integer", "minimum": 1},
        "displayFormat": {"type": "string"},
        "keySequence": {"type": "integer", "minimum": 1},
    },
}
METADATA = {
    "datasetJSONCreationDateTime": {"type": "string", "pattern": _DATE_TIME},
    "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.(0|[1-9]\d*))?$"},
    "fileOID": _ID,
    "dbLastModifiedDateTime": {"type": "string", "pattern": _DATE_TIME},
    "originator": {"type": "string"},
    "sourceSystem": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "version"],
        "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
    },
    "studyOID": _ID,
    "metaDataVersionOID": _ID,
    "metaDataRef": {"type": "string"},
    "itemGroupOID": _ID,
    "records": {"type": "integer", "minimum": 0},
    "name": _ID,
    "label": {"type": "string"},
    "columns": {"type": "array", "items": COLUMN},
}
ROW = {"type": "array", "items": {"type": ["string", "integer", "number", "boolean", "null"]}}
DATASET_JSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "datasetJSONCreationDateTime",
        "datasetJSONVersion",
        "itemGroupOID",
        "records",
        "name",
        "label",
        "columns",
    ],
    "properties": {**METADATA, "rows": {"type": "array", "items": ROW}},
}
"""A whole document; the metadata line of NDJSON is the same without `rows`."""
ORDER = (*METADATA, "rows")
"""The order of attributes that the specification asks for."""
