"""Reads and checks a site's mapping file; docs/reference/cohort/mapping.md is its grammar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cimara.cohort.harmonise.assembly import COLUMNS, Assembly
from cimara.cohort.harmonise.plans import Anchor, Block, Settings, SiteRule, Status
from cimara.cohort.harmonise.settings import Setting, settings_for
from cimara.cohort.model import Need, data_model
from cimara.cohort.raw_tables import read_csv


@dataclass(frozen=True)
class Mapping:
    """A mapping that has been read and has no faults of its own; whether it fits the files is seen later.

    `blocks` are in the order of the model. `sha256` is that of the file.
    """

    file: str
    sha256: str
    site: SiteRule
    settings: tuple[Setting, ...]
    anchor: Anchor | None
    blocks: tuple[Block, ...]
    comments: dict[tuple[str, str], str]

    def settings_for(self, file: str, part: str) -> Settings:
        """How a table of the site is read."""
        return settings_for(self.settings, file, part)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites that the mapping is of."""
        return (self.site.site_id,) if self.site.site_id else tuple(dict.fromkeys(self.site.codes.values()))

    @cached_property
    def statuses(self) -> dict[tuple[str, str], Status]:
        """Status by (entity, field), of every field of the model that is not derived."""
        order = (Status.COMPLETE, Status.IMPOSSIBLE, Status.UNDETERMINED)
        found = {
            (entity.name, field.name): Status.UNDETERMINED
            for entity in data_model().entities
            for field in entity.fields
            if field.need is not Need.DERIVED
        }
        for block in self.blocks:
            for entry in block.entries:
                place = (block.entity.name, entry.field)
                found[place] = min(found[place], entry.status, key=order.index)
        return found

    @cached_property
    def file_names(self) -> tuple[str, ...]:
        """Files that the mapping names, each once, as it writes them; none if there is one table alone."""
        sources = [one.source for one in self.blocks] + ([self.anchor.source] if self.anchor else [])
        sources += [entry.source for block in self.blocks for entry in block.entries]
        return tuple(dict.fromkeys(one.file for one in sources if one is not None and one.file))

    def status(self, entity: str, field: str) -> Status:
        """Status of a field; undetermined for one that is derived or not of the model."""
        return self.statuses.get((entity, field), Status.UNDETERMINED)


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file.

    Raises
    ------
    MappingError
        With all faults and their rows: a column is missing, a name is not of the model, a rule does not fit
        its field, an expression cannot be read, a field is named twice.
    CohortError
        The file is none, is empty, or is larger than the memory allows.
    """
    content = path.read_bytes() if path.is_file() else b""
    raw = read_csv(_with_full_comments(content), path.name) if content else read_csv(path)
    assembly = Assembly(path.name)
    blocks = assembly.read_all(raw)
    assert assembly.site is not None  # its absence is a fault
    return Mapping(
        path.name,
        hashlib.sha256(content).hexdigest(),
        assembly.site,
        tuple(assembly.settings),
        assembly.anchor,
        blocks,
        assembly.comments,
    )


def _with_full_comments(content: bytes) -> bytes:
    """Lines that start with `#` are notes of a person, and have as many cells as the header here."""
    lines = content.split(b"\n")
    return b"\n".join(b"#" + b"," * (len(COLUMNS) - 1) if line.startswith(b"#") else line for line in lines)
