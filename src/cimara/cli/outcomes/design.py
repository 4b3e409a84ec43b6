"""plan a trial: patients, boundaries, assumptions, and the analysis that will run it

KIND is the design; `cimara outcomes design KIND --help` lists its options. Times are in months, ID is an
endpoint of the catalogue or a definition file. --simulate checks the power by simulated trials.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK
from cimara.cli.outcomes.design_flags import FLAGS
from cimara.cli.outcomes.design_kinds import KINDS, Kind


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes design`: one sub-command a kind."""
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    for kind in KINDS:
        _add_kind(kinds.add_parser(kind.name, help=kind.summary, description=f"{kind.summary}."), kind)


def _add_kind(parser: ArgumentParser, kind: Kind) -> None:
    if kind.takes_endpoint:
        parser.add_argument("endpoint", metavar="ID", help="such as CNSPFS, or a TOML file")
    for name in (*kind.needs, *kind.takes, "simulate", "seed"):
        flag = FLAGS[name]
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=flag.read,
            default=flag.default,
            required=name in kind.needs,
            metavar=flag.metavar,
            help=flag.text,
        )
    parser.set_defaults(kind=kind)


def run(args: Namespace) -> int:
    """Print the design, then what was asked of it besides, then its simulated power."""
    from cimara.outcomes.design.simulation import simulate

    kind: Kind = args.kind
    design = kind.build(args)
    print(design.report())
    for line in kind.more(design, args):
        print(line)
    if args.simulate and kind.has_power:
        print(f"\n{simulate(design, args.simulate, args.seed)}")
        print(f"without an effect: {simulate(design, args.simulate, args.seed, null=True)}")
    return EXIT_OK
