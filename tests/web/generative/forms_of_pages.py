"""The forms of a page as a browser has them: where they go, and what can be typed or chosen in each field."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class FormField:
    """One name in a form: the values that the page offers or has, and whether it takes a file."""

    values: list[str] = field(default_factory=list)
    is_file: bool = False
    is_hidden: bool = False


@dataclass
class PageForm:
    """A form; `page` is where it stands."""

    page: str
    action: str
    method: str
    is_multipart: bool
    fields: dict[str, FormField] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes it the same as the form of another page."""
        return self.method, self.action, tuple(sorted(self.fields))

    def field(self, name: str) -> FormField:
        """The field of a name, made when it is the first of it."""
        return self.fields.setdefault(name, FormField())


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms = page, []
        self._form: PageForm | None = None
        self._select = self._textarea = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = PageForm(
                self.page,
                urlsplit(urljoin(f"/{self.page}", given.get("action", "") or f"/{self.page}")).path,
                given.get("method", "get").lower(),
                "multipart" in given.get("enctype", ""),
            )
            self.forms.append(self._form)
        elif self._form is not None:
            self._in_a_form(tag, given)

    def _in_a_form(self, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "select":
            self._select = name
            self._form.field(name)
        elif tag == "option":
            self._form.field(self._select).values.append(given.get("value", ""))
        elif tag == "textarea":
            self._textarea, self._text = name, []
        elif tag in ("input", "button") and name:
            one = self._form.field(name)
            one.values.append(given.get("value", "on"))
            one.is_file |= given.get("type") == "file"
            one.is_hidden |= given.get("type") == "hidden"

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._form is not None and self._textarea:
            self._form.field(self._textarea).values.append("".join(self._text))
            self._textarea = ""


def forms_of(page: str, html: str) -> list[PageForm]:
    """Every form of a page."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms
