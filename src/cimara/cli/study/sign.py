"""sign a study file for a site, or make the key that it signs with

A signature covers all that the file says, but for comments and layout, and the definitions of its endpoints.
A federated study over flat tables is signed in the same way.
It is written to signatures/SITE.json beside the study file, which goes to the coordinating centre. The
private key stays at the site; its public half stands in sites.toml under `key`.
"""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK
from cimara.cli.study.faults import checked_or_told, note, print_faults


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study sign`."""
    parser.add_argument("study", type=Path, nargs="?", metavar="STUDY", help="study file, TOML")
    parser.add_argument("--site", metavar="ID", help="the site that signs, such as UT01")
    parser.add_argument("--by", metavar="NAME", help="who signs for it: the principal investigator")
    parser.add_argument("--key", type=Path, metavar="FILE", help="private key of the site, PEM")
    parser.add_argument(
        "--new-key", type=Path, metavar="FILE", help="make a private key, and print its public half"
    )
    parser.add_argument("--passphrase", type=Path, metavar="FILE", help="file with the passphrase of the key")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Make a key, or sign."""
    passphrase = args.passphrase.read_bytes().strip() if args.passphrase else None
    if args.new_key is not None:
        return _new_key(args, passphrase)
    if not (args.study and args.site and args.by and args.key):
        note("needs STUDY, --site, --by and --key; or --new-key FILE to make a key")
        return EXIT_BAD_INPUT
    return _sign(args, passphrase)


def _new_key(args: Namespace, passphrase: bytes | None) -> int:
    from cimara.cohort.study.keys import new_key, public_half, write_key

    made = new_key()
    write_key(made, args.new_key, passphrase)
    public = public_half(made)
    if args.json:
        print(json.dumps({"key": public.text, "fingerprint": public.fingerprint}))
        return EXIT_OK
    print(f'key = "{public.text}"')
    note(f"private key written to {args.new_key}; keep it at the site, and back it up")
    note(f"give the line above to the coordinating centre, and read out the fingerprint {public.fingerprint}")
    return EXIT_OK


def _sign(args: Namespace, passphrase: bytes | None) -> int:
    from cimara.cohort.study.keys import public_half, read_key
    from cimara.cohort.study.signing import sign, write_signature
    from cimara.studies.signatures import registered_sites

    found = _id_and_hash(args.study)
    if found is None:
        return EXIT_BAD_INPUT
    study_id, study_hash = found
    key = read_key(args.key, passphrase)
    made = sign(
        study_id=study_id,
        study_hash=study_hash,
        site_id=args.site,
        signed_by=args.by,
        at=dt.datetime.now(dt.UTC),
        key=key,
    )
    path = write_signature(made, args.study)
    site = registered_sites(args.study).get(args.site)
    if site is None or site.key is None or site.key.text != made.key:
        note(f"sites.toml does not have this key for {args.site}: the signature counts only when it has")
    if args.json:
        print(json.dumps({"site": args.site, "hash": study_hash, "file": str(path)}))
    else:
        print(f"{args.site} signed {study_id}, hash {study_hash}")
        print(f"key fingerprint {public_half(key).fingerprint}; written to {path}")
    return EXIT_OK


def _id_and_hash(path: Path) -> tuple[str, str] | None:
    """What is signed, of a study of charts or of flat tables; None after its faults were printed."""
    from cimara.cli.federation.studies import is_table_study
    from cimara.cohort.study.errors import StudyError
    from cimara.federation.tables.studies import read_table_study

    if is_table_study(path):
        try:
            table = read_table_study(path)
        except StudyError as error:
            print_faults(error)
            return None
        return table.id, table.hash
    checked = checked_or_told(path)
    return (checked.study.id, checked.hash) if checked else None
