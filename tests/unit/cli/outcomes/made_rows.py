"""Made-up rows for the commands of the estimators."""

from __future__ import annotations

import numpy as np
import polars as pl

TIMES = ("--time", "months", "--event", "event")
CAUSES = ("--time", "months", "--status", "status", "--causes", "1=necrosis,2=death")
BY_ARM = ("--group", "arm")


def made_rows(n: int = 160) -> pl.DataFrame:
    """Rows of two arms at four sites, with necrosis before which death may come."""
    draw = np.random.default_rng(20250630)
    adc = np.arange(n) % 2
    necrosis, death = draw.exponential(18 / (1 + adc)), draw.exponential(25, n)
    seen = draw.uniform(12, 30, n)
    first = np.minimum(np.minimum(necrosis, death), seen)
    status = np.where(first == seen, 0, np.where(necrosis < death, 1, 2))
    return pl.DataFrame(
        {
            "patient_id": [f"P{place // 2}" for place in range(n)],
            "site_id": [f"S{place // 2 % 4}" for place in range(n)],
            "arm": np.where(adc == 1, "adc", "control"),
            "adc": adc,
            "age": draw.normal(60, 9, n).round(),
            "volume": draw.gamma(2, 3, n).round(1),
            "response": np.where(draw.uniform(size=n) < 0.5, "yes", "no"),
            "months": first.round(3),
            "event": (status > 0).astype(int),
            "status": status,
        }
    )


def endpoint_table(
    codes: tuple[str | None, ...] = (None, "RN", "DEATH"), *, lesions: bool = True
) -> pl.DataFrame:
    """A table as `cimara outcomes derive --out` writes it, of a definition that is not the catalogue's."""
    rows = made_rows()
    status = rows["status"].clip(upper_bound=len(codes) - 1)
    return pl.DataFrame(
        {
            "patient_id": rows["patient_id"],
            "lesion_id": [f"B{place % 2}" if lesions else "" for place in range(rows.height)],
            "endpoint": "MINE",
            "fingerprint": "0" * 64,
            "aval": (rows["months"] * 30.4375).ceil().cast(pl.Int64),
            "evcode": status,
            "code": [codes[one] for one in status],
        }
    )
