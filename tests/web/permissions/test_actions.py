"""Every action leaves exactly one event in the audit trail, or stands in a short list that says why not."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import cimara_web

PACKAGE = Path(cimara_web.__file__).parent

OF_VISITORS = {
    "finder": "answers of a visitor, of whom nothing is known",
    "alerts": "an alert of a visitor without an account; its mails say what was done",
    "outbox": "a mail; the event is that of the action that puts it in",
    "api": "a token of an operator, by a command",
}
"""Apps that know nobody who could be named -> why their actions leave no event."""
WITHOUT_EVENT = {
    "accounts.actions.links.drop_old_links": "time takes away links that are of no use any more",
    "accounts.actions.links.sign_in_link": "a part of an audited action, and of the demonstration",
    "accounts.actions.links.use_link": "a sign-in, which is in the log of security events",
    "accounts.actions.making.drop_unconfirmed": "an address that nobody confirmed: there was no account yet",
    "accounts.actions.making.drop_unconfirmed_since": "an address that nobody confirmed, by time",
    "accounts.actions.making.make_account": "a part of an audited action",
    "accounts.actions.roles.drop_all_roles": "a part of an audited action",
    "accounts.actions.roles.drop_role": "a part of an audited action",
    "accounts.actions.roles.put_role": "a part of an audited action",
    "accounts.actions.sessions.drop_ended_sessions": "time takes away sessions that have ended",
    "audit.actions.recording.record": "it is the event",
    "members.actions.purging.purge_contacts": "time takes away old messages",
    "members.actions.purging.purge_invitations": "time takes away old invitations",
    "studies.actions.analyses.note_signature": "a part of an audited action",
    "studies.actions.places.move_institution": "a part of the audited merge of two institutions",
    "studies.actions.submitting.remove_bytes": "bytes that no submission names",
}
"""Action -> why it leaves no event of its own."""

WITHOUT_BY = {
    "accounts.actions.leaving.cancel_deletion": "the owner of the account, by a mailed link",
    "accounts.actions.leaving.delete_account": "time, seven days after the owner asked",
    "accounts.actions.links.operator_link": "an operator, by a command",
    "accounts.actions.making.appoint_office": "an operator, by a command",
    "accounts.actions.noting.note_change": "the owner of the account",
    "backing_up.actions.restored.portal_restored": "an operator, by a command",
    "members.actions.contact.deliver": "time",
    "members.actions.joining.accept": "the guest, by a mailed link",
    "members.actions.joining.accept_as_new": "the guest, by a mailed link",
}
"""Audited action -> who does it, where that is nobody with roles."""


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function that a module of actions defines, by its name in the package."""
    for file in sorted(PACKAGE.glob("*/actions/**/*.py")):
        name = ".".join(file.relative_to(PACKAGE).with_suffix("").parts)
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{name}.{node.name}", node


def marks(node: ast.FunctionDef) -> set[str]:
    """The names of its decorators."""
    return {ast.unparse(one).split("(")[0] for one in node.decorator_list}


ACTIONS = {name: node for name, node in functions() if marks(node) & {"action", "audited"}}
EVENTLESS = {name for name, node in ACTIONS.items() if "audited" not in marks(node)}


def test_an_action_without_an_event_stands_in_the_list() -> None:
    unlisted = {name for name in EVENTLESS if name.partition(".")[0] not in OF_VISITORS}
    assert unlisted == WITHOUT_EVENT.keys()


def test_nothing_in_the_list_of_apps_is_audited() -> None:
    audited = ACTIONS.keys() - EVENTLESS
    assert not [name for name in audited if name.partition(".")[0] in OF_VISITORS]


@pytest.mark.parametrize("name", sorted(ACTIONS.keys() - EVENTLESS))
def test_an_audited_action_takes_its_words_by_name_and_is_told_who_and_when(name: str) -> None:
    node = ACTIONS[name]
    assert not node.args.args
    given = {one.arg for one in node.args.kwonlyargs}
    assert "now" in given
    assert "by" in given or name in WITHOUT_BY


@pytest.mark.parametrize("name", sorted(name for name, node in functions() if not marks(node)))
def test_what_is_no_action_writes_nothing_by_itself(name: str) -> None:
    node = dict(functions())[name]
    called = {ast.unparse(one.func).rpartition(".")[2] for one in ast.walk(node) if isinstance(one, ast.Call)}
    locks = name.rpartition(".")[2].startswith(("locked_", "put_", "note_"))
    assert locks or not called & {"save", "delete", "update", "create", "bulk_create", "get_or_create"}
