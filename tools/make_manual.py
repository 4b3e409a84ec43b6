"""Writes the response manual and the endpoint manual: runs the spec tests and keeps what they show.

    python -m tools.make_manual [--check]

The examples of the response manual go into the package too (`manual/examples.json`), so that `cimara response
manual` prints it from an installed wheel. A test fails when a file is stale.
"""

from __future__ import annotations

import inspect
import re
import sys
from itertools import groupby
from pathlib import Path

import pytest

from cimara.outcomes import catalogue
from cimara.response.manual import examples, manual_pages
from cimara.response.manual.examples import Example, Paragraph, Section
from cimara.response.manual.markdown import title_from
from tools import endpoint_manual

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "tests" / "spec"
REFERENCE = ROOT / "docs" / "reference"
PLACES = ("response-manual", "endpoint-manual")
EXAMPLES = ROOT / "src" / "cimara" / "response" / "manual" / "examples.json"
LEFT_OUT = ("response/test_every_rule_is_shown.py", "response/audit")
"""Spec tests that are no part of a manual: those that hold it to account, and those of the audit."""
NAMES = frozenset(name.lower() for name in catalogue)
HEAD = re.compile(r"(?:[A-Z]+\d*[A-Z]*-[A-Z]*\d*|[A-Za-z][A-Za-z_0-9]*)(?:,\s+[A-Za-z][\w-]*)*\.\s")


class Recorder:
    """A pytest plugin that keeps the order of the tests, their statements and their examples."""

    def __init__(self) -> None:
        self.items: list[pytest.Function] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep every test function in order."""
        self.items = [item for item in items if isinstance(item, pytest.Function)]


def record(folder: str) -> tuple[Section, ...]:
    """Sections from running the spec tests of one folder; raises SystemExit where one fails."""
    from tests.spec.recording import KEPT

    recorder = Recorder()
    KEPT.clear()
    options = ["-p", "no:cacheprovider", "-n", "0", "--rootdir", str(ROOT), "--no-header", "--no-summary"]
    left_out = [f"--ignore={SPEC / path}" for path in LEFT_OUT]
    code = pytest.main([*options, *left_out, str(SPEC / folder)], plugins=[recorder])
    if code:
        raise SystemExit(f"the spec tests of {folder} do not pass: run pytest tests/spec/{folder}")
    kept: dict[str, list[Example]] = {}
    for test, example in KEPT:
        kept.setdefault(test, []).append(example)
    files = groupby(recorder.items, key=lambda item: item.path)
    sections = (_section(SPEC / folder, path, list(items), kept) for path, items in files)
    return tuple(section for section in sections if folder != "response" or _has_example(section))


def _has_example(section: Section) -> bool:
    """Files of bare assertions (boundaries, for the mutants) have no page of the response manual."""
    return any(text.examples for text in section.paragraphs)


def _section(root: Path, path: Path, items: list[pytest.Function], kept: dict[str, list[Example]]) -> Section:
    place = path.relative_to(root).with_suffix("")
    page = "/".join(part.removeprefix("test_").replace("_", "-") for part in place.parts)
    title = (items[0].module.__doc__ or "").strip().splitlines()[0].rstrip(".")
    functions = groupby(items, key=lambda item: item.function)
    paragraphs = [
        _paragraph(function.__name__, inspect.getdoc(function), list(runs), kept)
        for function, runs in functions
    ]
    return Section(page, title, tuple(text for text in paragraphs if text is not None))


def _paragraph(
    name: str, doc: str | None, runs: list[pytest.Function], kept: dict[str, list[Example]]
) -> Paragraph | None:
    """One test as a paragraph; a test without a statement has none."""
    if not doc:
        return None
    text = " ".join(doc.split())
    head = HEAD.match(text)
    named = head[0].rstrip(". ") if head else ""
    sentence = text[head.end() :] if head else text
    shown = [example for run in runs for example in kept.get(run.nodeid, [])]
    rules = tuple(part.strip() for part in named.split(",") if part)
    return Paragraph(title_from(name, NAMES), rules, sentence, tuple(dict.fromkeys(shown)))


def manuals() -> dict[Path, bytes]:
    """Every generated file and what it must hold."""
    response = record("response")
    files = {EXAMPLES: examples.write_examples(response)}
    made = (manual_pages(response), endpoint_manual.pages(record("outcomes")))
    for place, pages in zip(PLACES, made, strict=True):
        files |= {REFERENCE / place / path: text.encode() for path, text in pages.items()}
    return files


def main(arguments: list[str]) -> int:
    """Write what changed, take away what no test makes any more; with `--check` only name it and exit 1."""
    files = manuals()
    pages = {old for place in PLACES for old in (REFERENCE / place).rglob("*.md")}
    stale = sorted(path for path in pages | set(files) if _content(path) != files.get(path))
    for path in stale:
        print(path.relative_to(ROOT), file=sys.stderr)
        if "--check" not in arguments:
            _replace(path, files.get(path))
    return 1 if stale and "--check" in arguments else 0


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink()
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
