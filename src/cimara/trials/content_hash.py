"""The hash of a snapshot's content: equal records and rules give an equal hash on any machine."""

from __future__ import annotations

import hashlib
import sqlite3

SCHEMA_VERSION = 1
"""Version of `schema.sql`; a snapshot of another version isn't opened."""


def content_hash(connection: sqlite3.Connection, rules_hash: str) -> str:
    """SHA-256 over each study's number and canonical-JSON digest in NCT order, schema version, rules hash.

    The digest of each record is SHA-256 of its JSON with sorted keys in UTF-8, kept in table `raw`, so that
    the whole hash takes a second even over a full registry.
    """
    whole = hashlib.sha256(f"cimara snapshot {SCHEMA_VERSION} {rules_hash}\n".encode())
    for nct_id, digest in connection.execute(
        "SELECT study.nct_id, raw.sha256 FROM study JOIN raw USING (id) ORDER BY study.nct_id"
    ):
        whole.update(nct_id.encode())
        whole.update(digest)
    return whole.hexdigest()
