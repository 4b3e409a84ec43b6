"""The policy that a command line names: a preset, or a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from cimara.response.policy import Policy


class PolicyFileError(CimaraError):
    """A policy file that can't be read."""


def read_policy(name: str) -> Policy:
    """A policy by the name of a preset or of a TOML file. Raises PolicyError, PolicyFileError."""
    from cimara.response.policy import Policy

    if not name.endswith(".toml"):
        return Policy.preset(name)
    try:
        return Policy.from_toml(Path(name))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyFileError("can't be read", where=name, expected="a TOML file of a policy") from error
