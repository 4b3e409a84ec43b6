"""A page that stands alone: one file, its style inside, nothing asked for and nothing run."""

from __future__ import annotations

from importlib import resources

from cimara.cohort.report.markup import Content, Markup, element, together

POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def document(title: str, *body: Content) -> str:
    """The whole page; equal content gives equal text."""
    style = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    head = together(
        (
            Markup('<meta charset="utf-8">'),
            Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
            element("title", title),
            element("style", Markup(style)),
        )
    )
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>{together(body)}</body>\n</html>\n'
