"""State machines as tables: what can happen to a thing in which state, where it leads, who may do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cimara_web.permissions.permission import Permission


class NotNowError(ValueError):
    """What was asked can't happen to a thing in its present state; the message says what can."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One row. `permission` None: nobody does it, it is derived when the state is read.

    `asks` names in words what the action wants besides, as the state diagram shows it.
    """

    source: StrEnum
    on: StrEnum
    target: StrEnum
    permission: Permission | None
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of a thing, where it starts, and every transition that there is."""

    name: str
    start: StrEnum
    transitions: tuple[Transition, ...]

    @property
    def states(self) -> tuple[StrEnum, ...]:
        """All of its states, in the order of their enumeration."""
        return tuple(type(self.start))

    def row(self, state: StrEnum, on: StrEnum) -> Transition:
        """The row for something that happens in a state.

        Raises
        ------
        NotNowError
            When there is none, or when nobody can do it because it is derived.
        """
        for one in self.transitions:
            if one.source == state and one.on == on and one.permission is not None:
                return one
        possible = ", ".join(str(one.on) for one in self.possible(state)) or "nothing"
        raise NotNowError(f"This is {state}: '{on}' can't be done now. Possible: {possible}.")

    def possible(self, state: StrEnum) -> tuple[Transition, ...]:
        """What somebody could do in a state."""
        return tuple(one for one in self.transitions if one.source == state and one.permission is not None)

    def offered(self, state: StrEnum, may: Callable[[Permission], bool]) -> tuple[Transition, ...]:
        """What this person could do in a state: the buttons of its page."""
        return tuple(one for one in self.possible(state) if one.permission and may(one.permission))


def rows(
    sources: tuple[StrEnum, ...], on: StrEnum, target: StrEnum, permission: Permission | None, asks: str = ""
) -> tuple[Transition, ...]:
    """The same row for several states."""
    return tuple(Transition(source, on, target, permission, asks) for source in sources)
