"""The sites of a study: who answers for each, the key that it signs with, and the terms of its data."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.cohort.study.duo import DataUse, DuoTerm, duo_term, nearest_term
from cimara.cohort.study.errors import Fault, StudyError
from cimara.cohort.study.keys import KeyTextError, PublicKey
from cimara.cohort.study.toml_reader import TomlReader
from cimara.terms.toml_lines import KeyPath, parted_lines

FILE = "sites.toml"
"""Name of the file of sites beside a study file."""
SITE_KEYS = ("name", "investigator", "key", "country", "data_use")
USE_KEYS = ("terms", "diseases", "countries", "institutions", "users", "until")
_SITE_ID = re.compile(r"[A-Z]{2}[0-9]{2}")


def is_site_id(text: str) -> bool:
    """Whether a text is the id of a site: two capitals and two digits."""
    return _SITE_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site as it is registered with the study; `key` is None for one that has not given its key."""

    site_id: str
    name: str = ""
    investigator: str = ""
    country: str = ""
    key: PublicKey | None = None
    data_use: DataUse = field(default_factory=DataUse)


def read_sites(path: Path) -> dict[str, Site]:
    """The sites of a file by id. Raises StudyError with all that is wrong with it."""
    if not path.is_file():
        raise StudyError([Fault(0, "sites", "no such file; it has a table [sites.XX00] a site")], path.name)
    text = path.read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError([Fault(0, "TOML", str(error))], path.name) from error
    reader = TomlReader(parted_lines(text))
    reader.keys((), data, ("sites",))
    found = {
        name: _site(reader, name, reader.table(("sites", name), one))
        for name, one in reader.table(("sites",), data.get("sites")).items()
    }
    if reader.faults:
        raise StudyError(reader.faults, path.name)
    return found


def sites_text(sites: Mapping[str, Site]) -> str:
    """The sites as the text of a file that `read_sites` reads."""
    return "\n".join(_lines(one) for one in sites.values())


def _site(reader: TomlReader, name: str, table: dict[str, Any]) -> Site:
    path: KeyPath = ("sites", name)
    reader.keys(path, table, SITE_KEYS)
    if not is_site_id(name):
        reader.fault(path, "is no site id; expected two capitals and two digits")
    return Site(
        site_id=name,
        name=reader.text((*path, "name"), table.get("name", "")),
        investigator=reader.text((*path, "investigator"), table.get("investigator", "")),
        country=reader.text((*path, "country"), table.get("country", "")),
        key=_key(reader, (*path, "key"), table.get("key")),
        data_use=_data_use(reader, (*path, "data_use"), table.get("data_use")),
    )


def _key(reader: TomlReader, path: KeyPath, value: object) -> PublicKey | None:
    if value is None:
        return None
    try:
        return PublicKey.of_text(reader.text(path, value, needed=True))
    except KeyTextError as error:
        reader.fault(path, error.problem)
        return None


def _data_use(reader: TomlReader, path: KeyPath, value: object) -> DataUse:
    table = reader.table(path, value)
    reader.keys(path, table, USE_KEYS)
    terms: list[DuoTerm] = []
    for word in reader.texts((*path, "terms"), table.get("terms")):
        term = duo_term(word)
        if term is None:
            reader.fault((*path, "terms"), f"no term {word!r}; {nearest_term(word)}")
        else:
            terms.append(term)
    texts = {
        key: reader.texts((*path, key), table.get(key))
        for key in ("diseases", "countries", "institutions", "users")
    }
    return DataUse(terms=tuple(terms), until=reader.date((*path, "until"), table.get("until")), **texts)


def _lines(site: Site) -> str:
    rows = [f"[sites.{site.site_id}]"]
    said = {"name": site.name, "investigator": site.investigator, "country": site.country}
    rows += [f"{name} = {_quoted(value)}" for name, value in said.items() if value]
    if site.key is not None:
        rows.append(f"key = {_quoted(site.key.text)}")
    use = site.data_use
    lists = {"terms": [str(one) for one in use.terms], "diseases": use.diseases, "countries": use.countries}
    lists |= {"institutions": use.institutions, "users": use.users}
    parts = [f"{name} = [{', '.join(_quoted(one) for one in held)}]" for name, held in lists.items() if held]
    parts += [f"until = {use.until.isoformat()}"] if use.until else []
    if parts:
        rows.append(f"data_use = {{ {', '.join(parts)} }}")
    return "\n".join(rows) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
