"""judge the quality of sites: shares, scan intervals, digits, duplicates, and each site beside the others

Each PATH is a site's data. Flags are advice. Exit code: 0 nothing out of line, 1 something is.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_FINDINGS, EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort qc`."""
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="tables of one or more sites")
    parser.add_argument("--mapping", type=Path, metavar="CSV", help="mapping, if the tables are a site's own")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder for quality.html, tables and JSON")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: Namespace) -> int:
    """Read, compare, print."""
    from cimara.cohort.dataset import pooled
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.quality.build import quality
    from cimara.cohort.quality.output import as_json, site_line, write_quality
    from cimara.cohort.quality.sites import by_site

    found = quality(by_site(pooled(read_any(path, args.mapping) for path in args.paths)))
    flags = {one.site: found.flags(one.site) for one in found.sites}
    if args.out:
        write_quality(found, args.out)
    if args.json:
        print(json.dumps(as_json(found)))
    else:
        for one in found.sites:
            print(site_line(one, flags[one.site]))
        if args.out:
            print(f"written to {args.out / 'quality.html'}")
    return EXIT_FINDINGS if any(flags.values()) else EXIT_OK
