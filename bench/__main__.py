"""Runs benchmarks and prints their figures.

python -m bench                       all of them at 20,000 studies
python -m bench search --studies 550000 --work DIR
python -m bench --list
"""

from __future__ import annotations

import pkgutil
import sys
from argparse import ArgumentParser
from importlib import import_module
from pathlib import Path
from types import ModuleType

import bench
from bench.measure import Options, working_folder

DEFAULT_STUDIES = 20_000


def benchmarks() -> dict[str, ModuleType]:
    """Every module of this folder that has a `run`."""
    names = sorted(found.name for found in pkgutil.iter_modules(bench.__path__) if found.name != "__main__")
    modules = {name: import_module(f"bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "run")}


def main() -> int:
    parser = ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run (default: all)")
    parser.add_argument("--list", action="store_true", help="name them and stop")
    parser.add_argument("--studies", type=int, default=DEFAULT_STUDIES, help="default: %(default)s")
    parser.add_argument("--replicates", type=int, default=200, help="of simulations; default: %(default)s")
    parser.add_argument("--work", type=Path, help="folder for big files, kept (default: a temporary one)")
    args = parser.parse_args()
    known = benchmarks()
    unknown = [name for name in args.names if name not in known]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if args.list:
        for name, module in known.items():
            print(f"{name:<12} {(module.__doc__ or '').splitlines()[0]}")
        return 0
    missed = 0
    with working_folder(args.work) as work:
        for name in args.names or known:
            print(f"{name}, {args.studies:,} studies: {(known[name].__doc__ or '').splitlines()[0]}")
            for figure in known[name].run(Options(args.studies, work, args.replicates)):
                print(f"  {figure}", flush=True)
                missed += figure.holds is False
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
