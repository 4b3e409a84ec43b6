"""Several processes that submit at once all end whole, and the chain holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cimara.cohort.store.store import Store
from tests.generative.cohort.store.killed_writers import ROOT
from tests.unit.cohort.store.small import STUDY

EACH = 8
WRITER = f"""
import sys
from cimara.cohort.store.store import Store
from tests.unit.cohort.store.small import CLEAN, REPORT, WHO, patients
url, site, author, first = sys.argv[1:]
store = Store(url)
sys.stdin.read(1)
for number in range({EACH}):
    data = patients(1 + number, site=site, age=int(first) + number)
    store.submit(data, CLEAN, REPORT, **(WHO | {{"site": site, "author": author}}))
"""


def test_writers_of_one_site_and_of_another_at_once(tmp_path: Path) -> None:
    jobs = [("UT01", "a", "20"), ("UT01", "b", "40"), ("UT02", "c", "60")]
    writers = [
        subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-c", WRITER, str(tmp_path), *job], stdin=subprocess.PIPE, cwd=ROOT
        )
        for job in jobs
    ]
    for one in writers:
        assert one.stdin
        one.stdin.close()
    assert [one.wait(timeout=60) for one in writers] == [0, 0, 0]
    store = Store(str(tmp_path))
    found = store.check(STUDY)
    assert (found.problems, found.leftovers, found.lines) == ((), (), 3 * EACH)
    numbers = {
        site: [one.number for one in store.versions(STUDY) if one.site == site] for site in ("UT01", "UT02")
    }
    assert numbers == {"UT01": list(range(1, 2 * EACH + 1)), "UT02": list(range(1, EACH + 1))}
    for author, first in (("a", 20), ("b", 40), ("c", 60)):
        made = [one for one in store.versions(STUDY) if one.line.author == author]
        ages = [store.read(STUDY, one.site, one.number).frame("Patient")["age_at_anchor"][0] for one in made]
        assert ages == list(range(first, first + EACH))
