"""The manual: commands parse and print what it shows, links lead somewhere, every page is listed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cimara.cli import AREAS, build_parser, main
from cimara.trials import build_snapshot

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w*|\{[\w-]+\})\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
TOCTREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "bash")
READING = ("search", "show", "match", "atlas", "survey", "read")
WRITING = {"--out", "--csv", "--fhir-out"}
COMMAND = re.compile(rf"(?:^|\s)(?:\.venv/bin/)?cimara\s+(?:{'|'.join(AREAS)})\s")
REGISTRY_HOSTS = re.compile(r"py(?:pi)\.|python(?:hosted)|npm(?:js)|deb\.(?:debian)", re.I)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home|tmp)/")


def pages() -> list[Path]:
    """README and every page of the manual, whoever wrote it."""
    return [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]


@cache
def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose(page: Path) -> str:
    """The page without its fenced blocks and code spans, where a bracket is no link."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text(page)))


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def shell_lines(page: Path) -> Iterator[str]:
    """Lines of shell in the page's blocks, continued lines joined, then commands within code spans."""
    for language, block in FENCE.findall(text(page)):
        if language in SHELL:
            yield from block.replace("\\\n", " ").splitlines()
        yield from re.findall(r"^\$ (cimara .+)$", block, re.MULTILINE)
    yield from re.findall(r"`(cimara [^`\n]+)`", FENCE.sub("", text(page)))


def commands(page: Path) -> list[str]:
    return [line.strip() for line in shell_lines(page) if COMMAND.search(line) or line.startswith("cimara ")]


def words_of(command: str) -> list[str]:
    """The words after `cimara`, without variables set before it and what follows a pipe or comment."""
    words = shlex.split(command, comments=True)
    start = next(i for i, word in enumerate(words) if word.rpartition("/")[2] == "cimara")
    ends = [i for i, word in enumerate(words) if word in ("|", ">", "&&", ";")]
    return words[start + 1 : min([end for end in ends if end > start], default=len(words))]


def outputs(page: Path) -> Iterator[tuple[str, str]]:
    """A command that only reads the starter registry, and the output that the page shows for it."""
    before = ""
    for language, block in FENCE.findall(text(page)):
        if language == "text" and block.startswith("$ "):
            before, _, block = block.removeprefix("$ ").partition("\n")
        if language == "text" and len(shown := before.replace("\\\n", " ").splitlines()) == 1:
            words = words_of(shown[0]) if "cimara" in shown[0] else []
            if words[:1] == ["trials"] and words[1] in READING and not WRITING & set(words):
                yield shown[0], block
        before = block if language in SHELL else ""


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    snapshot = tmp_path_factory.mktemp("docs") / "starter.sqlite3"
    records = ROOT / "src" / "cimara" / "data" / "starter_registry.jsonl"
    return build_snapshot([records], snapshot, built_at="2026-11-20T12:00:00+00:00").path


SHOWN = [(name(page), command) for page in pages() for command in commands(page)]
WHOLE = [(page, command) for page, command in SHOWN if len(words_of(command)) > 2]
"""Commands with arguments; `cimara trials read` alone, in a sentence, only names a verb."""


@pytest.mark.parametrize(("page", "command"), WHOLE, ids=lambda value: value[:60])
def test_a_shown_command_parses(page: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = words_of(command)
    if words[-1] in ("--help", "--version"):
        return
    try:
        build_parser(words).parse_args(words)
    except SystemExit:
        pytest.fail(f"{page}: {command}\n{capsys.readouterr().err}")


@pytest.mark.parametrize(("page", "command"), SHOWN, ids=lambda value: value[:60])
def test_a_shown_command_names_a_verb_that_exists(page: str, command: str) -> None:
    words = words_of(command)
    if words[0].startswith("-") or words[0] == "AREA":
        return
    assert words[0] in AREAS, f"{page}: {command}"
    assert len(words) == 1 or words[1] in (*AREAS[words[0]][1], "VERB"), f"{page}: {command}"


@pytest.mark.parametrize(
    ("command", "expected"),
    [pair for page in pages() for pair in outputs(page)],
    ids=lambda value: value[:60].strip(),
)
def test_a_shown_output_is_what_the_command_prints(
    command: str,
    expected: str,
    starter: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CIMARA_SNAPSHOT", str(starter))
    main(words_of(command))
    printed = " ".join(capsys.readouterr().out.split())
    missing = [part for part in map(str.split, expected.split("…")) if " ".join(part) not in printed]
    assert missing == []


@pytest.mark.parametrize(
    ("area", "verb"), [(area, verb) for area, (_, verbs) in AREAS.items() for verb in verbs]
)
def test_every_command_is_shown_outside_the_reference(area: str, verb: str) -> None:
    shown = [words_of(command)[:2] for page, command in SHOWN if not page.endswith("commands.md")]
    assert [area, verb] in shown


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [target.partition("#")[0] for target in LINK.findall(prose(page))]
    relative = [target for target in targets if target and "://" not in target]
    assert [target for target in relative if not (page.parent / target).exists()] == []


@pytest.mark.parametrize(
    "page", ["match-a-person.md", "use-it-from-a-notebook.md", "analyse-in-a-notebook.md"]
)
def test_the_python_of_a_how_to_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter: Path
) -> None:
    blocks = FENCE.findall(text(DOCS / "how-to" / page))
    monkeypatch.chdir(tmp_path)
    Path("registry.sqlite3").symlink_to(starter)
    for profile in (block for language, block in blocks if language == "json"):
        Path("profile.json").write_text(profile, encoding="utf-8")
    exec("\n".join(block for language, block in blocks if language == "python"), {})


def listed_below(page: Path) -> set[Path]:
    """The pages of a page's lists, and those of theirs."""
    lines = [line for block in TOCTREE.findall(text(page)) for line in block.splitlines()]
    entries = [line.strip() for line in lines if line.strip() and not line.startswith(":")]
    found = {path for entry in entries for path in page.parent.glob(f"{entry}.md")}
    return found.union(*(listed_below(path) for path in found))


def test_every_page_is_listed() -> None:
    every = {page for page in pages() if page.is_relative_to(DOCS)}
    assert every - listed_below(DOCS / "index.md") == {DOCS / "index.md"}


@pytest.mark.parametrize("page", pages(), ids=name)
def test_no_path_of_one_machine_and_no_package_registry(page: Path) -> None:
    assert not MACHINE_PATHS.search(text(page))
    assert not REGISTRY_HOSTS.search(text(page))


@pytest.mark.parametrize("page", sorted((DOCS / "how-to").glob("*.md")), ids=name)
def test_a_how_to_fits_on_a_screen_or_two(page: Path) -> None:
    assert len(text(page).splitlines()) <= 60


def test_the_readme_says_what_the_project_is_not() -> None:
    readme = " ".join(text(ROOT / "README.md").split())
    for words in (
        "independent implementation",
        "claims no endorsement",
        "NLM doesn't endorse",
        "medical advice",
    ):
        assert words in readme
