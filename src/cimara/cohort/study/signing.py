"""Signatures of sites under a study: who signed which hash, and whether it holds."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.errors import CohortError
from cimara.cohort.study.canonical import canonical_json
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.keys import public_half
from cimara.cohort.study.sites import Site, is_site_id

FOLDER = "signatures"
"""Folder of signatures beside a study file, one file a site."""
FORM = "cimara-study-signature/1"
_HEX64 = re.compile(r"[0-9a-f]{64}")


class SignatureState(StrEnum):
    """What is known of a site's signature."""

    HOLDS = "signed"
    MISSING = "not signed"
    OTHER_STUDY = "signed another version of the study"
    NOT_REGISTERED = "the site has no key in the file of sites"
    OTHER_KEY = "signed with a key that is not registered for the site"
    BROKEN = "the signature does not fit what it says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A site's word for a study: its investigator signs the hash. `signed_at` is UTC, ISO 8601."""

    study_id: str
    study_hash: str
    site_id: str
    signed_by: str
    signed_at: str
    key: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed: everything but the signature itself."""
        said = {name: value for name, value in asdict(self).items() if name != "signature"}
        return f"{FORM}\n{canonical_json(said)}".encode()


def sign(
    *,
    study_id: str,
    study_hash: str,
    site_id: str,
    signed_by: str,
    at: dt.datetime,
    key: Ed25519PrivateKey,
) -> Signature:
    """The signature of a site under the hash of a study, at a time with its zone.

    Raises CohortError where the site has no id of the right form.
    """
    if not is_site_id(site_id):
        raise CohortError(
            "is no site id", where=site_id, expected="two capitals and two digits, such as UT01"
        )
    moment = at.astimezone(dt.UTC).isoformat(timespec="seconds")
    bare = Signature(
        study_id=study_id,
        study_hash=study_hash,
        site_id=site_id,
        signed_by=signed_by,
        signed_at=moment,
        key=public_half(key).text,
    )
    return Signature(**{**asdict(bare), "signature": key.sign(bare.message).hex()})


def write_signature(made: Signature, study_path: Path) -> Path:
    """Write a signature beside the study file; one of an earlier version is replaced."""
    folder = study_path.parent / FOLDER
    folder.mkdir(exist_ok=True)
    path = folder / f"{made.site_id}.json"
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"form": FORM, **asdict(made)}, indent=1, ensure_ascii=False) + "\n", "utf-8")
    aside.replace(path)
    return path


def read_signatures(study_path: Path) -> dict[str, Signature | None]:
    """Signatures beside a study file by site; None for a file that is none."""
    folder = study_path.parent / FOLDER
    return {path.stem: _read(path) for path in sorted(folder.glob("*.json"))} if folder.is_dir() else {}


def _read(path: Path) -> Signature | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        held = {str(name): value for name, value in data.items() if name != "form"}
        made = Signature(**held)
    except (ValueError, TypeError, AttributeError):
        return None
    texts = all(isinstance(value, str) for value in held.values())
    return made if texts and data.get("form") == FORM and made.site_id == path.stem else None


def state_of(
    found: Signature | None, *, site: Site | None, site_id: str, study_id: str, study_hash: str
) -> SignatureState:
    """Whether a signature holds for this study, this site and the key that the site has registered."""
    if found is None:
        return SignatureState.MISSING
    if site is None or site.key is None:
        return SignatureState.NOT_REGISTERED
    if found.key != site.key.text:
        return SignatureState.OTHER_KEY
    if found.site_id != site_id or not site.key.verifies(found.signature, found.message):
        return SignatureState.BROKEN
    same = found.study_id == study_id and found.study_hash == study_hash and _HEX64.fullmatch(study_hash)
    return SignatureState.HOLDS if same else SignatureState.OTHER_STUDY


def states(
    signatures: Mapping[str, Signature | None],
    sites: Mapping[str, Site],
    *,
    study_id: str,
    study_hash: str,
    asked: Iterable[str] = (),
) -> dict[str, SignatureState]:
    """The state of every site that is registered, has signed, or is asked for."""
    every = sorted({*sites, *signatures, *asked})
    found = {}
    for one in every:
        if one in signatures and signatures[one] is None:
            found[one] = SignatureState.BROKEN
            continue
        found[one] = state_of(
            signatures.get(one), site=sites.get(one), site_id=one, study_id=study_id, study_hash=study_hash
        )
    return found


def require_signed(found: Mapping[str, SignatureState], asked: Iterable[str]) -> None:
    """Raise StudyRefusedError, naming every site of `asked` whose signature does not hold."""
    open_ones = [f"{one}: {found.get(one, SignatureState.MISSING)}" for one in asked
                 if found.get(one) is not SignatureState.HOLDS]  # fmt: skip
    if open_ones:
        raise StudyRefusedError(
            f"{len(open_ones)} sites have not signed this version of the study: {'; '.join(open_ones)}",
            expected="a signature of each site whose data are used",
            hint="A site signs with `cimara study sign STUDY --site ID --key FILE --by NAME`.",
        )
