"""Why a backup can't be taken or put back, for the operator who must act."""

from __future__ import annotations

from cimara.terms.errors import CimaraError


class BackupError(CimaraError):
    """Nothing was changed; the message says what is in the way."""
