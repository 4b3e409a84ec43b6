"""Every word of ours is said in English and in Spanish, and the compiled files are fresh."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import PYTHON_FORMAT

import cimara_web
from tools import messages

PORTAL = Path(cimara_web.__file__).parent
CALL = re.compile(r"(?<![\w.])_\(\s*['\"]")
CALLS = {
    ".py": (CALL, re.compile(r"\bn?gettext(?:_lazy)?\(\s*\"")),
    ".html": (CALL, re.compile(r"{%-?\s*trans\b")),
}


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nothing_is_missing_doubtful_unused_or_stale(language: str) -> None:
    assert messages.faults(language) == []


def test_no_call_for_a_translation_is_overlooked() -> None:
    """Each call in code and templates must be among the messages found (portal.md F6)."""
    found: dict[str, int] = {}
    for file, *_ in messages.extracted():
        found[file] = found.get(file, 0) + 1
    for path in [*PORTAL.rglob("*.py"), *(PORTAL / "templates").rglob("*.html")]:
        source = path.read_text()
        calls = sum(len(kind.findall(source)) for kind in CALLS[path.suffix])
        assert found.get(str(path.relative_to(PORTAL)), 0) == calls, path


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_has_the_same_places_to_fill(language: str) -> None:
    for message in messages.read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        wanted = set().union(*(_places(one) for one in ids))
        for text in texts:
            assert _places(text) <= wanted, message.id
        assert set().union(*(_places(one) for one in texts)) == wanted, message.id


def _places(text: str) -> set[str]:
    return {found.group() for found in PYTHON_FORMAT.finditer(text) if found.group() != "%%"}


def test_no_message_is_put_together_from_pieces() -> None:
    for path in PORTAL.rglob("*.py"):
        assert not re.search(r"\b_\(f['\"]|\bgettext\w*\(f['\"]|_\([^()]*\.format\(", path.read_text()), path


def test_the_language_links_lead_to_the_same_page(client: object, db: None) -> None:
    page = client.get("/es/find/q/cancer/", secure=True).content.decode()  # type: ignore[attr-defined]
    assert '<html lang="es">' in page
    assert '<link rel="alternate" hreflang="en" href="/find/q/cancer/">' in page
    assert '<link rel="alternate" hreflang="es" href="/es/find/q/cancer/">' in page
