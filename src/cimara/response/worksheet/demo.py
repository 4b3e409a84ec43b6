"""An invented patient to try the grid on: a response, a plateau, then growth in one brain lesion."""

from __future__ import annotations

from cimara.response.worksheet.sheet import SheetLesion, SheetVisit, Worksheet


def demo_sheet() -> Worksheet:
    """DEMO is nobody. At week 24 many lesions grew a little: PD by RECIST 1.1, not by RANO-BM."""
    return Worksheet(
        patient="DEMO",
        start="2026-01-12",
        immunotherapy="no",
        visits=(
            SheetVisit("Baseline", "2026-01-05", "STABLE", "STABLE"),
            SheetVisit("Week 8", "2026-03-09", "STABLE", "DECREASED"),
            SheetVisit("Week 16", "2026-05-04", "IMPROVED", "NONE"),
            SheetVisit("Week 24", "2026-06-29", "STABLE", "NONE"),
            SheetVisit("Week 32", "2026-08-24", "STABLE", "NONE", "EQUIVOCAL"),
            SheetVisit("Week 40", "2026-10-19", "STABLE", "NONE", "UNEQUIVOCAL"),
        ),
        lesions=(
            _line("Frontal L", "brain", "TARGET", "22 x 15", "16 x 11", "13 x 9", "16 x 10", "16", "19"),
            _line("Cerebellum R", "brain", "TARGET", "18 x 14", "14 x 10", "11 x 8", "14 x 9", "14", "15"),
            _line("Parietal R", "brain", "TARGET", "14 x 10", "10 x 7", "9 x 6", "12 x 7", "12", "12"),
            _line("Occipital L", "brain", "NON_TARGET", *["PRESENT"] * 2, *["ABSENT"] * 4),
            _line("Liver S7", "liver", "TARGET", "20", "12", "8", "9", "9", "10"),
        ),
    )


def _line(name: str, place: str, role: str, *cells: str) -> SheetLesion:
    return SheetLesion(name, place, role, cells)
