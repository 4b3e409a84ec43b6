"""search of a snapshot, against plain FTS5 bm25 and against tantivy

Two hundred queries (bench/queries.txt), without and with filters, on a snapshot drawn from real records.
tantivy runs up to 20,000 studies, where the goal against it is set.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from typing import Any

from bench.measure import Figure, Options, Spread, spread, timed
from bench.synthetic import SHARED
from bench.synthetic_snapshot import read_base, write_snapshot
from cimara.trials.search import Near, Query, Sort
from cimara.trials.search.text_query import quoted
from cimara.trials.snapshot import Snapshot

QUERIES = Path(__file__).with_name("queries.txt")
COMMON = 50
TANTIVY_UP_TO = 20_000
PAGE = 20
OPEN_ROUNDS = 20

FILTERS: tuple[dict[str, Any], ...] = (
    {"brm": {"active_allowed", "required"}},
    {"phase": {"PHASE2"}},
    {"tumour": {"nsclc"}},
    {"brm": {"required"}, "lmd": {"allowed", "required"}},
    {"country": {"GR"}},
    {"near": Near("Athens, GR", 300)},
    {"age": 70, "sex": "FEMALE", "study_type": {"INTERVENTIONAL"}},
    {"near": Near("10001", 100), "brm": {"stable_only", "active_allowed"}},
    {"status": ()},
    {"updated_since": "2026-01", "sort": Sort.UPDATED},
)


def run(options: Options) -> Iterable[Figure]:
    """Measure; figures against tantivy only up to 20,000 studies."""
    path = options.work / f"search-{options.studies}.sqlite3"
    if not path.exists():
        write_snapshot(options.studies, path, read_base(SHARED))
    queries = read_queries()
    with Snapshot.open(path) as snapshot:
        plain = _ours(snapshot, [Query(text=text) for text in queries])
        filtered = _ours(snapshot, _with_filters(queries))
        common = _ours(snapshot, [Query(text=text) for text in queries[:COMMON]])
        bm25 = _plain_fts5(snapshot.connection, queries[:COMMON])
    small = options.studies <= TANTIVY_UP_TO
    yield Figure("open a snapshot", _open(path), "ms", 50)
    yield from _figures("200 queries", plain, small)
    yield from _figures("200 queries with filters", filtered, small)
    yield Figure(
        "common words: plain FTS5 bm25 / ours, medians",
        bm25.p50 / common.p50,
        "x",
        None if small else 4,
        at_least=True,
        detail=f"FTS5 {bm25}; ours {common}",
    )
    if small:
        with Snapshot.open(path) as snapshot:
            whole, begun = _tantivy(snapshot, queries)
        yield Figure(
            "ours / tantivy with beginnings, p95", plain.p95 / begun.p95, "x", 5, detail=f"tantivy {begun}"
        )
        yield Figure(
            "ours / tantivy of whole words, p95", plain.p95 / whole.p95, "x", detail=f"tantivy {whole}"
        )


def read_queries() -> list[str]:
    """The committed queries; the first fifty are one common word each."""
    lines = QUERIES.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _figures(name: str, found: Spread, small: bool) -> Iterable[Figure]:
    if not small:
        yield Figure(f"{name}, p50", found.p50, "ms", 10)
    yield Figure(f"{name}, p95", found.p95, "ms", 5 if small else 50, detail=str(found))


def _with_filters(queries: list[str]) -> list[Query]:
    return [Query(text=text, **chosen) for text, chosen in zip(queries, cycle(FILTERS), strict=False)]


def _ours(snapshot: Snapshot, queries: list[Query]) -> Spread:
    return spread([_bound(snapshot.search, query) for query in queries])


def _bound(call: Callable[[Any], object], value: object) -> Callable[[], object]:
    return lambda: call(value)


def _open(path: Path) -> float:
    """Median milliseconds to open, warm."""
    times = sorted(timed(lambda: Snapshot.open(path).close()) for _ in range(OPEN_ROUNDS))
    return 1_000 * times[OPEN_ROUNDS // 2]


def _plain_fts5(connection: sqlite3.Connection, words: list[str]) -> Spread:
    """The first page by FTS5's own ranking over all matches; no total, no hit read."""
    sql = "SELECT rowid FROM head_fts WHERE head_fts MATCH ? ORDER BY bm25(head_fts, 8, 10, 6, 4) LIMIT ?"
    calls = [lambda word=word: connection.execute(sql, (quoted(word), PAGE)).fetchall() for word in words]
    return spread(calls, rounds=1)


def _tantivy(snapshot: Snapshot, queries: list[str]) -> tuple[Spread, Spread]:
    """tantivy over the same words and studies: whole words only; and with the last word as a beginning.

    Like ours it takes recruiting studies only, counts them, and reads what a hit shows.
    """
    import tantivy

    index = _tantivy_index(snapshot)
    searcher = index.searcher()
    boosts = {"title": 8.0, "condition": 10.0, "intervention": 6.0, "keyword": 4.0}
    recruiting = tantivy.Query.term_query(index.schema, "status", "RECRUITING", "basic")

    def words(text: str) -> Any:
        plain = " ".join(f"+{quoted(word.replace(chr(34), ' '))}" for word in text.split())
        return index.parse_query(plain, list(boosts), field_boosts=boosts)

    def beginning(word: str) -> Any:
        pattern = re.escape(word.lower()) + ".*"
        choices = [tantivy.Query.regex_query(index.schema, field, pattern) for field in boosts]
        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, choice) for choice in (words(word), *choices)]
        )

    def ask(query: Any) -> object:
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, recruiting)])
        found = searcher.search(both, PAGE, count=True)
        return found.count, [searcher.doc(address).to_dict() for _, address in found.hits]

    def begun(text: str) -> object:
        *whole, last = text.split()
        if not last.isalnum() or len(last) < 2:
            return ask(words(text))
        parts = [words(" ".join(whole)), beginning(last)] if whole else [beginning(last)]
        return ask(tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts]))

    whole_words = spread([_bound(lambda text: ask(words(text)), text) for text in queries])
    return whole_words, spread([_bound(begun, text) for text in queries])


def _tantivy_index(snapshot: Snapshot) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    for field in ("title", "condition", "intervention", "keyword"):
        builder.add_text_field(field)
    builder.add_text_field("status", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("nct_id", "brief_title", "sponsor", "phases", "updated", "brm", "lmd"):
        builder.add_text_field(field, stored=True, tokenizer_name="raw", index_option="basic")
    index = tantivy.Index(builder.build())
    writer = index.writer()
    for study in snapshot.studies():
        reading = study.eligibility
        writer.add_document(
            tantivy.Document(
                title=[study.brief_title, study.official_title or "", study.acronym or ""],
                condition=[*study.conditions, *study.mesh_terms],
                intervention=[name for one in study.interventions for name in (one.name, *one.other_names)],
                keyword=list(study.keywords),
                status=str(study.overall_status),
                nct_id=str(study.nct_id),
                brief_title=study.brief_title[:200],
                sponsor=study.sponsor or "",
                phases=" ".join(study.phases),
                updated=study.last_updated or "",
                brm=str(reading.brm_policy) if reading else "",
                lmd=str(reading.lmd_policy) if reading else "",
            )
        )
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index
