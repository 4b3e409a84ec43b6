"""Which answer every address gives to everybody, as a table; found by asking."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from tests.web.walk import Walker
from tests.web.world import ROLES, World

COLUMNS = ("address", "method", *ROLES)
Asked = tuple[str, str]
"""A pattern and a method."""

PAGE = """# Addresses by role

Every address of the portal, asked as everybody, and the answer that each gets. The table is made by asking
(`tests/web/walk.py`), and a test asks again.

| answer | means |
|---|---|
| 200 | the page |
| 302, 303 | done, or to be found elsewhere |
| sign in | to the sign-in page, and then back |
| 400, 401 | the address or the form can't be read; ORCID did not sign somebody in |
| 403 | may be seen, and not done |
| 404 | not there, or not to be seen: the two are the same bytes |
| 405 | this address is only read, or only written to |
| 409 | can't be done now |
| 422 | a program sent what the API can't take |

Where an address names a thing, it is one of a study that is open, of its site "home", and of people at one
institution. *Lead*, *statistician*, *site lead* and *coordinator* belong to that study, the two last to its
site "home"; *other coordinator* to another site of it; *lead elsewhere* to another study. Forms are sent
empty.

```{csv-table}
:file: addresses-by-role.csv
:header-rows: 1
```
"""


def answers(world: World) -> dict[Asked, dict[str, str]]:
    """Pattern and method -> role -> answer."""
    found: dict[Asked, dict[str, str]] = {}
    for role in ROLES:
        for pattern, method, seen in Walker(world, role).walk():
            found.setdefault((pattern, method), {})[role] = seen.status
    return found


def written(table: Mapping[Asked, Mapping[str, str]]) -> str:
    """The table as CSV."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(COLUMNS)
    for (pattern, method), by_role in sorted(table.items()):
        lines.writerow((f"/{pattern}", method, *(by_role[role] for role in ROLES)))
    return out.getvalue()


def read(text: str) -> dict[Asked, dict[str, str]]:
    """The table from its CSV."""
    rows = csv.DictReader(io.StringIO(text))
    return {(row["address"][1:], row["method"]): {role: row[role] for role in ROLES} for row in rows}
