"""What the pages of sign-in call, since allauth's own views bring only allauth's values."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.translation import gettext as _

from cimara_web.accounts.notices import take
from cimara_web.accounts.orcid import is_offered

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")
NAMES = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "macOS"}


def sign_in(request: HttpRequest) -> dict[str, Any]:
    """Template context of every page; nothing is worked out before a page asks."""
    return {
        "notices": take,
        "json": to_json,
        "by_orcid": is_offered,
        "in_fours": in_fours,
        "browser_of": browser_of,
    }


def to_json(value: Any) -> str:
    """A value for an attribute that a script reads."""
    return json.dumps(value, cls=DjangoJSONEncoder)


def in_fours(key: str) -> str:
    """A long key in groups that an eye can follow."""
    return " ".join(re.findall(".{1,4}", key))


def browser_of(user_agent: str) -> str:
    """A browser and its system, by what it said of itself."""
    browser = next((name for name in BROWSERS if name in user_agent), "")
    system = next((name for name in SYSTEMS if name in user_agent), "")
    told = [NAMES.get(name, name) for name in (browser, system) if name]
    return ", ".join(told) or _("A browser that does not say what it is")
