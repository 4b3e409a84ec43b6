"""Names of cancers and markers as the questions offer them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cimara.terms.tumour import Tumour, TumourFamily, is_within, tumours

ASKED_BY_BUTTON = ("lung", "breast", "melanoma", "renal", "colorectal")
"""Cancers that have a button of their own; their kinds are asked as markers or not at all."""
ALSO_IN_LIST = ("uveal_melanoma",)


def tumour_name(tumour_id: str) -> str:
    """The vocabulary's name in the language in use; the id itself when it isn't in the vocabulary."""
    entry = tumours().get(tumour_id)
    return tumour_id if entry is None else _name(entry)


def _name(entry: Tumour) -> str:
    return entry.name_es if (get_language() or "").startswith("es") else entry.name


def cancers_in_list() -> list[tuple[str, str]]:
    """Solid cancers without a button, by name; the empty first entry stands for "nothing picked"."""
    listed = (
        (entry.id, _name(entry))
        for entry in tumours().values()
        if entry.family is TumourFamily.SOLID
        and (entry.id in ALSO_IN_LIST or not any(is_within(entry.id, button) for button in ASKED_BY_BUTTON))
    )
    return [("", ""), *sorted(listed, key=lambda pair: pair[1].casefold())]


MARKERS: dict[str, Any] = {
    "EGFR": _("EGFR mutation"),
    "ALK": _("ALK"),
    "ROS1": _("ROS1"),
    "KRAS": _("KRAS mutation"),
    "MET": _("MET"),
    "RET": _("RET"),
    "NTRK": _("NTRK"),
    "HER2": _("HER2-positive"),
    "HER2_LOW": _("HER2-low"),
    "HR": _("Hormone receptor-positive (ER or PR)"),
    "TNBC": _("Triple-negative"),
    "BRCA": _("BRCA1 or BRCA2 mutation"),
    "BRAF": _("BRAF V600 mutation"),
    "NRAS": _("NRAS mutation"),
    "PD_L1": _("PD-L1"),
    "MSI_H": _("MSI-high or mismatch repair deficient"),
}
_BY_CANCER = {
    "lung": ("EGFR", "ALK", "ROS1", "KRAS", "MET", "RET", "NTRK", "BRAF", "HER2", "PD_L1"),
    "breast": ("HER2", "HER2_LOW", "HR", "TNBC", "BRCA", "PD_L1"),
    "melanoma": ("BRAF", "NRAS", "PD_L1"),
    "colorectal": ("KRAS", "NRAS", "BRAF", "HER2", "MSI_H"),
}


def marker_choices(tumour: str) -> list[tuple[str, Any]]:
    """The markers worth asking about in that cancer; all of them in one that we have no list for."""
    wanted = next((keys for cancer, keys in _BY_CANCER.items() if is_within(tumour, cancer)), tuple(MARKERS))
    return [(key, MARKERS[key]) for key in wanted]
