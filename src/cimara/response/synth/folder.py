"""A made-up study as a folder of tidy CSV files, with its truth beside them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.synth.study import SyntheticStudy

NOTICE = """\
This study is made up. Growth, waiting times and rates are inventions for testing software; nothing here says
anything about a disease or a therapy, and no patient of it ever lived.
"""


def write_folder(made: SyntheticStudy, folder: Path) -> list[Path]:
    """Write every table as `folder/<table>.csv`, the truth as `truth.csv`, and a notice; gives the files.

    The same study gives the same bytes. `patients.csv` holds the columns of response and of endpoints.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, pl.DataFrame] = dict(tidy_frames(made.study))
    for name, frame in made.supplements.items():
        known = tables.get(name)
        tables[name] = frame if known is None else known.join(frame, on="patient_id", maintain_order="left")
    tables["truth"] = made.truth
    paths = []
    for name, frame in tables.items():
        paths.append(folder / f"{name}.csv")
        frame.write_csv(paths[-1])
    paths.append(folder / "NOTICE.txt")
    paths[-1].write_text(NOTICE, encoding="utf-8")
    return paths
