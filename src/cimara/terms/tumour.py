"""The closed vocabulary of tumours: which tumours a registry's or a person's words name."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType

from cimara.terms.tumour_text import ALSO_CANCER, BETWEEN, words_of

ANY_CANCER = "any_cancer"
ANY_SOLID = "any_solid"
SKIPPED, WIDENED, MOST_LOOSE = 2, 1, 10
"""Costs of a word such as `stage` inside a synonym and of carcinoma read as cancer; the cost to stop at."""
MAX_TEXT = 4_000
"""Characters of one condition or title that are read."""


class TumourFamily(StrEnum):
    """The population that a tumour belongs to, for the question of brain metastases."""

    SOLID = "solid"
    BLOOD = "blood"
    PRIMARY_CNS = "primary_cns"
    ANY_SOLID = "any_solid"
    ANY_CANCER = "any_cancer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tumour:
    """One entry of the vocabulary; `parents` are ids of wider tumours, such as lung for NSCLC.

    `alone` are words, such as "lung", that name the tumour only when they are all that was written.
    """

    id: str
    name: str
    name_es: str
    family: TumourFamily
    synonyms: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    ncit: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


@cache
def tumours() -> Mapping[str, Tumour]:
    """The whole vocabulary by id, in the order that fixes each tumour's bit."""
    table = tomllib.loads(files("cimara.terms").joinpath("tumours.toml").read_text("utf-8"))
    return MappingProxyType({name: _entry(name, row) for name, row in table.items()})


def _entry(name: str, row: Mapping[str, str | list[str]]) -> Tumour:
    return Tumour(
        id=name,
        name=str(row["name"]),
        name_es=str(row["name_es"]),
        family=TumourFamily(str(row["family"])),
        synonyms=tuple(row["synonyms"]),
        alone=tuple(row.get("alone", ())),
        mesh=tuple(row["mesh"]),
        ncit=tuple(row["ncit"]),
        parents=tuple(row["parents"]),
    )


def classify(conditions: Iterable[str], mesh: Iterable[str] = (), title: str = "") -> frozenset[str]:
    """The ids of all tumours that a trial's conditions, MeSH terms (or descriptor ids) and title name.

    Conditions come first: a MeSH term or a title adds a tumour, but not one that is merely wider than a
    tumour the conditions name. `any_cancer` stays only when nothing narrower is named.
    """
    found = frozenset[str]().union(*map(_named, conditions))
    for source in (frozenset[str]().union(*map(_mesh_named, mesh)), _named(title)):
        found |= {one for one in source if one == ANY_SOLID or not _is_wider_than_any(one, found)}
    return found - {ANY_CANCER} or found


def family_of_condition(text: str) -> TumourFamily | None:
    """The family that the words of one condition name; None when they name no tumour.

    Where words name tumours of several families, the one that brain metastases can arise from wins.
    """
    families = {tumours()[one].family for one in _named(text)}
    return next((family for family in _BY_RELEVANCE if family in families), None)


_BY_RELEVANCE = (
    TumourFamily.SOLID,
    TumourFamily.ANY_SOLID,
    TumourFamily.PRIMARY_CNS,
    TumourFamily.BLOOD,
    TumourFamily.ANY_CANCER,
)


def lookup(text: str) -> tuple[Tumour, ...]:
    """Tumours that a person may mean by `text`: the exact id, else named ones, else names that begin so."""
    table = tumours()
    wanted = text.strip().casefold().replace("-", "_").replace(" ", "_")
    if wanted in table:
        return (table[wanted],)
    named = _named(text)
    if named:
        return tuple(entry for entry in table.values() if entry.id in named)
    begin = " ".join(words_of(text[:MAX_TEXT]))
    return tuple(table[one] for one, names in _folded_names().items() if begin and f" {begin}" in names)


@cache
def _folded_names() -> dict[str, str]:
    """Every name of each tumour as folded words, with a space before each word."""
    return {
        entry.id: "".join(
            f" {' '.join(words_of(name))}\n"
            for name in (entry.name, entry.name_es, *entry.synonyms, *entry.alone)
        )
        for entry in tumours().values()
    }


def is_within(tumour_id: str, ancestor_id: str) -> bool:
    """True when the tumour is the other one or a kind of it, such as NSCLC within lung."""
    return ancestor_id in ancestors(tumour_id)


@cache
def ancestors(tumour_id: str) -> frozenset[str]:
    """The tumour itself and every wider one; an unknown id has only itself."""
    entry = tumours().get(tumour_id)
    parents = entry.parents if entry else ()
    return frozenset({tumour_id}).union(*map(ancestors, parents))


@cache
def kinds_of(tumour_id: str) -> frozenset[str]:
    """The tumour itself and every narrower one."""
    return frozenset(one for one in tumours() if is_within(one, tumour_id)) | {tumour_id}


def _is_wider_than_any(one: str, found: frozenset[str]) -> bool:
    return any(other != one and is_within(other, one) for other in found)


class _Node(dict[str, "_Node"]):
    """One word deep in the trie of synonyms; `tumour` is the id that ends here."""

    __slots__ = ("tumour",)

    def __init__(self) -> None:
        self.tumour: str | None = None


@cache
def _trie() -> _Node:
    root = _Node()
    turned: list[tuple[list[str], str]] = []
    for entry in tumours().values():
        for synonym in (entry.name, entry.name_es, *entry.synonyms):
            words = words_of(synonym)
            _plant(root, words, entry.id)
            if len(words) > 1 and words[-1] == "cancer":
                turned.append((["cancer", *words[:-1]], entry.id))
    for words, tumour_id in turned:
        _plant(root, words, tumour_id)
    return root


def _plant(root: _Node, words: list[str], tumour_id: str) -> None:
    node = root
    for word in words:
        node = node.setdefault(word, _Node())
    node.tumour = node.tumour or tumour_id


def _end_of_longest(words: list[str], start: int) -> tuple[int, str] | None:
    """The end of the longest synonym from `start`, and its tumour; of equal ones the least loose."""
    if words[start] not in _trie() and words[start] not in ALSO_CANCER:
        return None
    best: tuple[int, int, str] | None = None
    open_paths = [(_trie(), start, 0)]
    while open_paths:
        node, at, loose = open_paths.pop()
        if node.tumour and (best is None or (at, -loose) > (best[0], -best[1])):
            best = (at, loose, node.tumour)
        if at == len(words):
            continue
        word = words[at]
        if at > start and loose <= MOST_LOOSE and word in BETWEEN:
            open_paths.append((node, at + 1, loose + SKIPPED))
        if word in node:
            open_paths.append((node[word], at + 1, loose))
        if word in ALSO_CANCER and "cancer" in node:
            open_paths.append((node["cancer"], at + 1, loose + WIDENED))
    return (best[0], best[2]) if best else None


@lru_cache(maxsize=65_536)
def _named(text: str) -> frozenset[str]:
    """Tumours whose synonyms stand in the text; of overlapping ones the longer, and the specific, stays."""
    words = words_of(text[:MAX_TEXT])
    alone = _alone().get(" ".join(words))
    if alone is not None:
        return frozenset({alone})
    specific: set[str] = set()
    general: list[tuple[int, int]] = []
    taken = bytearray(len(words))
    start = 0
    while start < len(words):
        found = _end_of_longest(words, start)
        if found is None or found[1] == ANY_CANCER:
            if found:
                general.append((start, found[0]))
            start += 1
            continue
        end, tumour_id = found
        specific.add(tumour_id)
        taken[start:end] = b"\1" * (end - start)
        start = end
    if any(not any(taken[begin:end]) for begin, end in general):
        specific.add(ANY_CANCER)
    return frozenset(specific)


@cache
def _alone() -> dict[str, str]:
    return {" ".join(words_of(word)): entry.id for entry in tumours().values() for word in entry.alone}


@cache
def _by_mesh() -> dict[str, str]:
    return {code: entry.id for entry in tumours().values() for code in entry.mesh}


def _mesh_named(term: str) -> frozenset[str]:
    known = _by_mesh().get(term)
    return frozenset({known}) if known else _named(term)
