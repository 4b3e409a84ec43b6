"""Who may do what: roles in words, roles and permissions, and role by state by action as it was tried."""

from __future__ import annotations

from collections.abc import Sequence

from cimara_web.permissions.permission import OVER, Permission
from cimara_web.permissions.roles import PUBLIC, ROLES, RoleRule
from tests.web.world import ROLES as PEOPLE
from tools.portal_pages.markdown import code, table
from tools.portal_pages.trying import Tried

YES = "yes"
PAGE = """# Roles and permissions

Who may do what in the portal. The first two tables are made from the code (`permissions/roles.py`); those of
states were found by trying each action in each state as everybody, through the portal's own actions, and
undoing it. A test tries again.

Every role but *member* is privileged: it asks for a second factor before any page, is given by somebody else,
and ends, by default after a year. Whoever runs the server runs commands, and holds no permission on content.

## Roles

{roles}
Any account, also one that is no member's, may {public}.

## Permissions by role

What each role adds to being a member. A permission over a study site is held by the roles of that site, and
by those of its whole study.

{permissions}
## What each may do in which state

*Lead*, *statistician*, *site lead* and *coordinator* belong to the study and to the site that are tried;
*other coordinator* to another site of the same study, and *lead elsewhere* to another study. What an action
asks for besides, such as a date or a paper, was given. Besides roles and states it matters who somebody is:
nobody accepts what they uploaded, nobody releases what they analysed, and approval and release want the
signatures of two people.

{machines}
What each action asks for besides, and where it leads:

```{{toctree}}
:maxdepth: 2

states/index
```
"""


def page(tried: Sequence[Tried]) -> str:
    """The page."""
    return PAGE.format(
        roles=_roles(),
        public=" and ".join(one.replace("_", " ") for one in sorted(PUBLIC)),
        permissions=_permissions(),
        machines="\n".join(map(_machine, tried)),
    )


def _roles() -> str:
    return table(
        ("role", "over", "what for", "second factor"),
        (
            (rule.name, rule.scope, rule.description, YES if rule.privileged else "")
            for rule in ROLES.values()
        ),
    )


def _permissions() -> str:
    shown = [rule for rule in ROLES.values() if rule.permissions]
    rows = (
        (code(one), OVER[one], *(_mark(one, rule) for rule in shown))
        for one in Permission
        if one not in PUBLIC
    )
    return table(("permission", "over", *(rule.name for rule in shown)), rows)


def _mark(permission: Permission, rule: RoleRule) -> str:
    return YES if permission in rule.permissions else ""


def _machine(tried: Tried) -> str:
    people = [one for one in PEOPLE if any(one in names for names in tried.done.values())]
    others = [one for one in PEOPLE if one not in people]
    rows = (
        (state, on, *(YES if one in names else "" for one in people))
        for (state, on), names in tried.done.items()
    )
    return (
        f"### {tried.machine.name.capitalize()}\n\n"
        f"{len(tried.done)} of {len(tried.done) + tried.refused} pairs of state and action can be done by"
        f" somebody; all others were refused to everybody, and everything to: {', '.join(others)}.\n\n"
        + table(("state", "action", *people), rows)
    )
