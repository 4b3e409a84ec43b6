"""write a made-up study with its truth, for trying things out

Every patient is invented. The same seed gives the same files; truth.csv tells what really happened.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response synth`."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write")
    parser.add_argument(
        "--patients", type=int, default=40, metavar="N", help="patients (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed (default: %(default)s)")
    parser.add_argument("--visits", type=int, default=8, help="visits after baseline (default: %(default)s)")
    parser.add_argument("--readers", type=int, default=0, help="readers beside the investigator (default: 0)")
    parser.add_argument(
        "--untidiness",
        choices=("tidy", "usual", "messy"),
        default="usual",
        help="missed visits, parts not scanned, doubtful lesions (default: %(default)s)",
    )


def run(args: Namespace) -> int:
    """Make the study, write it, and say where."""
    from cimara.response.synth import UNTIDINESS, SynthOptions, synth_study, write_folder

    options = SynthOptions(
        patients=args.patients,
        seed=args.seed,
        visits=args.visits,
        readers=args.readers,
        untidiness=UNTIDINESS[args.untidiness],
    )
    written = write_folder(synth_study(options), args.out)
    print(f"cimara: {options.patients} made-up patients in {args.out} ({len(written)} files)")
    return EXIT_OK
