"""What a site has sent under a mask, on its disk: a mask hides one message, and one roster has one sum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking.written_once import written_once


@dataclass(frozen=True, slots=True)
class UsedRounds:
    """The rounds that a site has answered in one job; `folder` is the job's own at the site."""

    folder: Path

    def claim(self, analysis: str, step: int, attempt: int, payload: bytes) -> None:
        """Note on disk, before it is sent, what is sent in a round; the same payload may be claimed again.

        Raises FederationError (USED_ROUND) where the round was used for another payload: two messages under
        one mask would tell their difference.
        """
        path = self._path(analysis, step, attempt)
        if not written_once(path, payload) and path.read_bytes() != payload:
            raise FederationError(
                Code.USED_ROUND, "this round was answered with other numbers already",
                where=f"{analysis}, step {step}, attempt {attempt}",
                hint="Ask with a new attempt number.",
            )  # fmt: skip

    def sent(self, analysis: str, step: int, attempt: int) -> bytes | None:
        """What was claimed for a round, to be sent again; None where it was not used."""
        try:
            return self._path(analysis, step, attempt).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, analysis: str, step: int, attempt: int) -> Path:
        """A name that no id can lead out of the folder."""
        told = json.dumps([analysis, int(step), int(attempt)]).encode()
        return self.folder / f"{hashlib.sha256(told).hexdigest()[:32]}.sent"


@dataclass(frozen=True, slots=True)
class FixedRosters:
    """The roster of each study that masked sums by time left for, over all jobs; `folder` is the site's.

    Sums with and without a site differ by that site's numbers. So once a masked answer left, the study (as
    signed, by its hash) is asked with the same roster or not at all. A site cannot know whether the others
    answered too, hence an answer that left counts, not a round that was completed.
    """

    folder: Path

    def check(self, study_hash: str, roster: Sequence[str]) -> None:
        """Raises FederationError (OTHER_ROSTER) where masked sums left for another roster before."""
        path = self._path(study_hash)
        if path.is_file() and path.read_bytes() != _told(roster):
            raise FederationError(
                Code.OTHER_ROSTER, "the study was asked with other sites before; the difference of the two "
                "sums would be one site's numbers",
                hint="Wait for the missing site and resume, or have a new version of the study signed.",
            )  # fmt: skip

    def hold(self, study_hash: str, roster: Sequence[str]) -> None:
        """Fix the roster, on disk, before the first masked answer leaves; errors as `check`."""
        written_once(self._path(study_hash), _told(roster))
        self.check(study_hash, roster)

    def _path(self, study_hash: str) -> Path:
        return self.folder / f"{hashlib.sha256(study_hash.encode()).hexdigest()[:32]}.roster"


def _told(roster: Sequence[str]) -> bytes:
    return json.dumps(sorted(roster)).encode()
