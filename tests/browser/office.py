"""Signs people in to a running portal by an operator's link, as its operator would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.conftest import COMMAND, Portal, follow

LINK_SECONDS = 120


def link_of(portal: Portal, email: str) -> str:
    """The path of a link that signs this account in once: what `cimara web link` prints."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CIMARA_", "DATABASE_", "DJANGO"))
    }
    done = subprocess.run(  # noqa: S603 (our own command)
        [sys.executable, "-c", COMMAND, "web", "link", "--email", email],
        env={**kept, "CIMARA_VAR": str(portal.database.parent), "CIMARA_ADDRESS": portal.address},
        capture_output=True,
        text=True,
        timeout=LINK_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return urlsplit(done.stdout.strip()).path


def signed_in_page(open_page: Callable[..., Page], portal: Portal, email: str, **options: Any) -> Page:
    """A page in a browser of their own in which this person is signed in, on "Your page".

    An account of the demonstration has passed its second factor thereby; any other is asked for its own.
    `options` are those of a browser context, such as `viewport`.
    """
    page = open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
    page.goto(portal.url(link_of(portal, email)))
    follow(page.locator("main button[type=submit]"))
    return page
