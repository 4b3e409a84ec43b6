"""What people of a study do on its pages: open one, fill it in, press a button."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import Portal, fill, follow

TODAY = date.today()
NEXT_YEAR = TODAY + timedelta(days=300)
ANSWERS: dict[str, Any] = {
    "question": "What goes with survival after bevacizumab for radiation necrosis?",
    "background": "Small series only.",
    "kind": "retrospective",
    "mode": "pooled",
    "population": "Adults with symptomatic radiation necrosis.",
    "exposure": "Early against late start, from the first dose.",
    "endpoints": "OS",
    "sites_wanted": "2",
    "patients_expected": "24",
    "data_needed": "The tables of the dictionary.",
    "statistician": "Demo Member 012",
    "timeline": "This year.",
    "data_sharing": "On request.",
    "funding": "none",
    "conflicts": "none",
}


@dataclass
class Person:
    """Somebody before their own browser. `seen` are the addresses that they were on."""

    page: Page
    portal: Portal
    name: str
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("framenavigated", lambda frame: self.seen.append(frame.url))

    def opens(self, path: str) -> None:
        """Go to an address of the portal."""
        answer = self.page.goto(self.portal.url(path))
        assert answer is not None
        assert answer.ok, (path, answer.status)

    def sends(self, fields: dict[str, Any], files: dict[str, Path] | None = None) -> None:
        """Fill in the form of the page and press its button; the portal takes it."""
        for name in [name for name, value in fields.items() if value is True]:
            self.page.locator(f"main [name={name}]").check()
        fill(self.page, {name: value for name, value in fields.items() if value is not True})
        for name, path in (files or {}).items():
            self.page.locator(f"main input[type=file][name={name}]").set_input_files(str(path))
        follow(self.page.locator("main form:not([action]) button[type=submit]").last)
        assert self.page.locator(".error-summary").count() == 0, self.says()

    def chooses(self, name: str, words: str) -> None:
        """Choose what holds these words from a list."""
        field = self.page.locator(f"main select[name={name}]")
        texts = field.locator("option").all_inner_texts()
        field.select_option(index=next(place for place, text in enumerate(texts) if words in text))

    def presses(self, words: str) -> None:
        """Press a button or follow a link by its words."""
        follow(
            self.page.locator("main")
            .get_by_role("button", name=words)
            .or_(self.page.locator("main").get_by_role("link", name=words))
            .first
        )
        assert self.page.locator(".error-summary").count() == 0, self.says()

    def says(self) -> str:
        """The words of the page."""
        return self.page.locator("main").inner_text()


@dataclass(frozen=True)
class Study:
    """A study by its address, and what its people do with it."""

    slug: str

    def at(self, rest: str = "") -> str:
        """An address of the study."""
        return f"/studies/{self.slug}/{rest}"

    def moves(self, who: Person, on: str, **fields: Any) -> None:
        """Let something happen to it, such as `propose`."""
        who.opens(self.at(f"do/{on}/"))
        who.sends(fields)

    def adds(self, who: Person, kind: str, title: str, file: Path) -> None:
        """Add a paper of the study, and make it current."""
        who.opens(self.at("documents/new/"))
        who.sends({"kind": kind, "title": title, "version": "1.0"}, {"file": file})
        who.opens(self.at("documents/"))
        follow(who.page.locator("main tr", has_text=title).get_by_role("button", name="Make current"))
        assert who.page.locator(".error-summary").count() == 0, who.says()


def propose(lead: Person, office: Person, title: str, slug: str) -> Study:
    """A member begins a study, writes its proposal and sends it; the office accepts it."""
    lead.opens("/studies/new/")
    lead.sends({"title": title, "kind": "retrospective", "mode": "pooled"})
    study = Study(slug)
    lead.opens(study.at("proposal/"))
    lead.sends(ANSWERS)
    study.moves(lead, "propose")
    office.opens("/studies/")
    office.opens(study.at())
    study.moves(office, "accept")
    return study


def invite(lead: Person, study: Study, code: str, place: str, who: Person) -> str:
    """The lead invites a site and gives it a site lead, who confirms it; the address of the site."""
    lead.opens(study.at("sites/new/"))
    lead.chooses("institution", place)
    lead.sends({"code": code, "expected_patients": "12"})
    lead.opens(study.at("sites/"))
    site = lead.page.locator("main tbody a", has_text=code).first.get_attribute("href") or ""
    lead.opens(study.at("team/new/"))
    lead.chooses("account", who.name)
    lead.chooses("site", code)
    lead.sends({"role": "site lead"})
    who.opens(site)
    who.presses("Confirm")
    who.sends({})
    return site


def approve(who: Person, site: str, until: date = NEXT_YEAR, decided: date = TODAY) -> None:
    """The site's ethics review through its steps, approved until a day."""
    who.opens(f"{site}ethics/begin/")
    who.sends({"board": "Demo Review Board"})
    who.opens(f"{site}ethics/submit/")
    who.sends({"board": "Demo Review Board", "submitted_at": decided.isoformat()})
    who.opens(f"{site}ethics/approve/")
    day = {"decided_at": decided.isoformat(), "valid_until": until.isoformat()}
    who.sends({"reference": "DEMO-1", **day})


def agree(lead: Person, who: Person, site: str, text: Path) -> None:
    """The agreement with a site through its steps, executed without an end."""
    lead.opens(f"{site}agreement/draft/")
    lead.sends({"kind": "DUA"})
    lead.opens(f"{site}agreement/send-to-site/")
    lead.sends({}, {"file": text})
    who.opens(f"{site}agreement/site-signs/")
    who.sends({"signed_by_site_at": TODAY.isoformat()})
    lead.opens(f"{site}agreement/countersign/")
    lead.sends({"executed_at": TODAY.isoformat(), "no_end": True})
