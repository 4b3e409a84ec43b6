"""What a page says on paper: as Chromium prints it, and as its text reads with the print style."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page

PDF_PAGE = re.compile(rb"/Type\s*/Page\b")
READER = shutil.which("pdftotext")
"""Of Debian's poppler-utils; where it is missing, the print style is read in the browser alone."""


def run_together(text: str) -> str:
    """The text without its spaces and line ends, which paper sets anew; hyphens at line ends go, too."""
    return re.sub(r"[\s\u00ad\u200b]+", "", text)


def printed(page: Page, folder: Path) -> tuple[int, list[str]]:
    """Number of pages on paper, and the text of each way that we have to read it."""
    pdf = folder / "page.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    page.emulate_media(media="print")
    read = [run_together(page.locator("main").inner_text())]
    page.emulate_media(media="screen")
    if READER is not None:
        words = [READER, "-nopgbrk", str(pdf), "-"]
        done = subprocess.run(words, check=True, capture_output=True, timeout=60)  # noqa: S603 - our file
        read.append(run_together(done.stdout.decode()))
    return len(PDF_PAGE.findall(pdf.read_bytes())), read
