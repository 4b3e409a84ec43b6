"""A page for each state machine: its picture, and the same as a table."""

from __future__ import annotations

from cimara_web.machines import Machine, Transition
from cimara_web.permissions.roles import ROLES
from cimara_web.studies.states import agreement, analysis, ethics, study, submission
from tools.portal_pages.diagram import svg
from tools.portal_pages.markdown import table

MACHINES = (study.MACHINE, ethics.MACHINE, agreement.MACHINE, submission.MACHINE, analysis.MACHINE)
ALSO = {("study", str(on)): "Consortium office" for on in study.ALSO_BY_OFFICE}
"""Machine and action -> who may besides those with the permission of its row."""

INDEX = """# States

What can happen to a thing in which state, who does it, and what has to be there first. The pictures and
tables are made from the tables that the actions of the portal follow (`studies/states/`): what is not in
them can't be done. A dashed arrow is nobody's: it comes by time, or with another action. The state of a
site isn't among them, since it is never kept: it follows from its ethics review, its agreement and its
confirmation (`studies/states/site.py`).

```{{toctree}}
:maxdepth: 1

{pages}
```
"""


def file_name(machine: Machine) -> str:
    """`ethics-review` for the machine of that name."""
    return machine.name.replace(" ", "-")


def pages() -> dict[str, str]:
    """Files below `states/`."""
    files = {"states/index.md": INDEX.format(pages="\n".join(map(file_name, MACHINES)))}
    for machine in MACHINES:
        files[f"states/{file_name(machine)}.svg"] = svg(machine)
        files[f"states/{file_name(machine)}.md"] = _page(machine)
    return files


def _page(machine: Machine) -> str:
    rows = [
        (one.source, one.on, one.target, who(machine, one), one.asks or "nothing more")
        for one in machine.transitions
    ]
    return (
        f"# States of the {machine.name}\n\n"
        f"It begins as *{machine.start}*.\n\n"
        f"![States of the {machine.name}, and what leads from one to another; the table below says the same]"
        f"({file_name(machine)}.svg)\n\n"
        + table(("from", "what happens", "to", "who", "what it asks for"), rows)
    )


def who(machine: Machine, row: Transition) -> str:
    """The roles that carry the permission of a row."""
    if row.permission is None:
        return "nobody: derived"
    names = [rule.name for rule in ROLES.values() if row.permission in rule.permissions]
    also = ALSO.get((machine.name, str(row.on)))
    return ", ".join([*names, *([also] if also else [])])
