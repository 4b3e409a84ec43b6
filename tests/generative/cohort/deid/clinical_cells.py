"""Columns as clinical exports hold them, without an identifier, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def clinical_columns(rng: np.random.Generator, rows: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Names of columns and cells, as clinical exports hold them, without an identifier."""

    def pick(*words: str) -> list[str]:
        return [str(one) for one in rng.choice(words, rows)]

    def whole(low: int, high: int, scale: int = 1) -> list[str]:
        return [str(one * scale) for one in rng.integers(low, high, rows)]

    def decimal(low: float, high: float, places: int) -> list[str]:
        return [f"{one:.{places}f}" for one in rng.uniform(low, high, rows)]

    yield from {
        "kps": whole(4, 11, 10),
        "ecog": whole(0, 4),
        "age_at_dx": whole(30, 89),
        "alter": whole(30, 89),
        "sex": pick("M", "F"),
        "os_days": whole(0, 4000),
        "os_months": decimal(0, 90, 4),
        "start_day": whole(-900, 900),
        "ldh": whole(100, 900),
        "platelets": whole(90, 600, 1000),
        "leukocytes": whole(2000, 15_000, 100),
        "hb_g_dl": decimal(7, 16, 1),
        "cea": decimal(0, 3000, 3),
        "creatinine": decimal(0.4, 3, 2),
        "bmi": decimal(17, 40, 1),
        "weight": decimal(45, 120, 1),
        "height": whole(148, 200),
        "dose_gy": decimal(12, 30, 2),
        "total_dose_cgy": whole(12, 60, 100),
        "fractions": whole(1, 31),
        "regimen": pick("30/10", "20/5", "37.5/15", "27/3", "30/5"),
        "schedule": pick("5 x 6 Gy", "1 x 20 Gy", "3x9", "10x3 Gy"),
        "v12_cm3": decimal(0.1, 60, 2),
        "gtv": decimal(0.01, 60, 3),
        "isodose": whole(50, 99),
        "location": pick("frontal", "parietal", "cerebellum", "brainstem"),
        "location_label": pick("Left Frontal Lobe", "Right Temporal", "Cerebellar Vermis", "Basal Ganglia"),
        "side": pick("left", "right"),
        "response": pick("CR", "PR", "SD", "PD", "NE"),
        "response_label": pick(
            "Complete Response", "Partial Response", "Stable Disease", "Progressive Disease"
        ),
        "histology": pick("Adenocarcinoma", "Squamous cell carcinoma", "Small Cell Carcinoma", "melanoma"),
        "morphology": pick("8140/3", "8070/3", "8041/3", "8500/3"),
        "topography": pick("C34.1", "C50.9", "C71.9", "C64"),
        "icd10": pick("C79.3", "I67.8", "G93.6", "C34.90"),
        "tnm": pick("T1aN0M0", "T2 N1 M1b", "pT3 pN2", "cT4 N3 M1c"),
        "stage": pick("IIIA", "IV", "IVB", "I"),
        "egfr": pick("L858R", "exon 19 del", "T790M", "wild type"),
        "variant": pick("p.V600E", "c.2573T>G", "EML4-ALK", "KRAS G12C", "chr7:g.55259515T>G"),
        "genotype_position": pick("chr7:55259515", "chr12:25398285", "chr17:37880220"),
        "pdl1": pick("<1%", "1-49%", ">=50%", "TPS 80"),
        "ki67": pick("10-20", "5-10", "30"),
        "agent": pick("osimertinib", "Trastuzumab deruxtecan", "Pembrolizumab", "T-DXd", "5-FU"),
        "agents": pick("carboplatin;pemetrexed", "dabrafenib;trametinib"),
        "agent_name": pick("Osimertinib", "Lorlatinib"),
        "dex_mg": decimal(0, 24, 1),
        "ctcae_term": pick("Central nervous system necrosis", "Hydrocephalus", "Seizure"),
        "ctcae": pick("v5.0 grade 2", "v4.03 grade 3"),
        "site": pick("site1", "site2", "UT01"),
        "centre": whole(1, 18),
        "arm": pick("A", "B", "Arm A", "Control Arm"),
        "trial": pick("NCT01234567", "NCT07654321"),
        "doi": pick("10.1093/noajnl/vdaf049", "10.1016/S1470-2045(15)70057-4"),
        "scanner": pick("Siemens Skyra 3.0 T", "Philips Ingenia 1.5T", "GE Signa"),
        "slice": decimal(0.8, 5, 1),
        "voxel": pick("1x1x1", "0.9 x 0.9 x 1.2 mm", "0.5/0.5/1.0"),
        "software": pick("v1.0.2", "MIM 7.1.4", "SPM12"),
        "sequence_name": pick("MPRAGE", "T1 post Gd", "FLAIR 3D", "SWI"),
        "hash": ["".join(rng.choice(list("0123456789abcdef"), 64)) for _ in range(rows)],
        "uuid": [
            "-".join("".join(rng.choice(list("abcdef"), size)) for size in (8, 4, 4, 4, 12))
            for _ in range(rows)
        ],
        "sample": [
            f"TCGA-{a}{b}-{n}"
            for a, b, n in zip(pick("A", "B"), pick("1", "2"), whole(1000, 9999), strict=True)
        ],
        "accession": [f"EGAS{n:011d}" for n in rng.integers(1, 9999, rows)],
        "time": pick("08:30", "14:05", "23:59"),
        "ratio": pick("1:100", "1:40", "2:1"),
        "bp": pick("120/80", "135/85", "90/60"),
        "score": decimal(-3, 3, 6),
        "z": [f"{one:.3e}" for one in rng.normal(size=rows)],
        "grade": pick("2", "3", "4/5"),
        "notes_flag": whole(0, 2),
        "weekday": pick("Mon", "Tue"),
        "size": pick("<=20", "20-50", ">50"),
        "dimensions_mm": pick("12 x 9 x 10", "8x7", "23 x 18"),
        "interval": pick("0-30", "31-90", ">90"),
        "recipient": pick("yes", "no"),
        "eta": decimal(0, 1, 3),
        "quality": pick("good", "fair", "poor"),
        "code": whole(1, 99),
        "nodes": whole(0, 20),
        "id": [str(one) for one in rng.permutation(rows)],
    }.items()
