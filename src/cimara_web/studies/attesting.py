"""What a federated site attests: how many rows in a band, so that no count leaves, and with what software."""

from __future__ import annotations

import re
from enum import StrEnum

SOFTWARE = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]{0,30} [0-9][A-Za-z0-9_.+-]{0,24}")


class Rows(StrEnum):
    """Patients that a site holds for the study."""

    UNDER_20 = "fewer than 20"
    FROM_20 = "20-99"
    FROM_100 = "100-499"
    FROM_500 = "500 or more"


def is_software(text: str) -> bool:
    """Whether a text is a name and a version, such as `cimara 1.0.2`."""
    return SOFTWARE.fullmatch(text) is not None
