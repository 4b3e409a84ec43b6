"""Every command of the how-to on estimates runs, on a made-up study and made-up rows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_FINDINGS, EXIT_OK, main
from tests.unit.cli.outcomes.made_rows import made_rows

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "estimate-outcomes.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
BEFORE = """
cimara response synth --patients 120 --seed 7 --out demo-study
cimara response derive --tidy demo-study --policy rano_bm --out calls
cimara outcomes derive CNSPFS --facts demo-study --response calls --every 56 --out cnspfs.csv
"""


def commands(text: str) -> list[list[str]]:
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("cimara ")]


def test_every_command_of_the_how_to_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made_rows().write_csv("rows.csv")
    pl.concat([made_rows().with_columns(imp=pl.lit(m)) for m in (1, 2)]).write_csv("imputed.csv")
    shown = commands("\n".join(BLOCK.findall(PAGE.read_text(encoding="utf-8"))))
    for words in [*commands(BEFORE), *shown]:
        assert main(words) in (EXIT_OK, EXIT_FINDINGS), f"{words}\n{capsys.readouterr().err}"
    written = {"cnspfs.svg", "cnspfs-km.json", "rninc.pdf", "sites.svg", "weighted.csv", "love.svg"}
    assert written <= {path.name for path in tmp_path.iterdir()}
