"""Signatures of sites: what holds, and each way in which one does not."""

from __future__ import annotations

import datetime as dt
import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.errors import CohortError
from cimara.cohort.study.errors import StudyError, StudyRefusedError
from cimara.cohort.study.keys import KeyTextError, PublicKey, new_key, public_half, read_key, write_key
from cimara.cohort.study.signing import (
    Signature,
    SignatureState,
    read_signatures,
    require_signed,
    sign,
    state_of,
    states,
    write_signature,
)
from cimara.cohort.study.sites import Site, read_sites, sites_text

KEY = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
HASH = "ab" * 32
AT = dt.datetime(2026, 1, 31, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
SITE = Site(site_id="UT01", key=public_half(KEY))


def signed(key: Ed25519PrivateKey = KEY, study_hash: str = HASH) -> Signature:
    return sign(
        study_id="rn-bev-1", study_hash=study_hash, site_id="UT01", signed_by="A. Person", at=AT, key=key
    )


def state(found: Signature | None, site: Site | None = SITE, study_hash: str = HASH) -> SignatureState:
    return state_of(found, site=site, site_id="UT01", study_id="rn-bev-1", study_hash=study_hash)


def test_a_signature_of_the_registered_key_under_this_hash_holds() -> None:
    assert state(signed()) is SignatureState.HOLDS


def test_a_changed_study_breaks_every_signature() -> None:
    assert state(signed(), study_hash="cd" * 32) is SignatureState.OTHER_STUDY


def test_another_key_does_not_sign_for_the_site() -> None:
    assert state(signed(OTHER)) is SignatureState.OTHER_KEY


def test_a_site_without_a_registered_key_cannot_have_signed() -> None:
    assert state(signed(), Site(site_id="UT01")) is SignatureState.NOT_REGISTERED
    assert state(signed(), None) is SignatureState.NOT_REGISTERED


@pytest.mark.parametrize(
    "change",
    [
        {"study_hash": "cd" * 32},
        {"signed_by": "B. Person"},
        {"signed_at": "2020-01-01T00:00:00+00:00"},
        {"site_id": "UT02"},
        {"signature": "00" * 64},
        {"signature": "no hexadecimal"},
    ],
)
def test_a_signature_that_was_changed_does_not_hold(change: dict[str, str]) -> None:
    assert state(replace(signed(), **change)) is SignatureState.BROKEN


def test_the_signature_of_one_site_does_not_hold_for_another() -> None:
    other = Site(site_id="UT02", key=public_half(KEY))
    found = state_of(signed(), site=other, site_id="UT02", study_id="rn-bev-1", study_hash=HASH)
    assert found is SignatureState.BROKEN


@pytest.mark.parametrize("site_id", ["", "ut01", "../UT01", "UT01/x"])
def test_what_is_no_site_cannot_sign(site_id: str) -> None:
    with pytest.raises(CohortError, match="no site id"):
        sign(study_id="s", study_hash=HASH, site_id=site_id, signed_by="A. Person", at=AT, key=KEY)


def test_the_time_of_a_signature_is_utc() -> None:
    assert signed().signed_at == "2026-01-31T11:00:00+00:00"


def test_signatures_are_read_as_they_were_written(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    write_signature(signed(), study)
    assert read_signatures(study) == {"UT01": signed()}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"form": "other"}'])
def test_a_file_that_is_no_signature_is_a_broken_one(tmp_path: Path, text: str) -> None:
    study = tmp_path / "study.toml"
    write_signature(signed(), study).write_text(text, encoding="utf-8")
    found = states(read_signatures(study), {"UT01": SITE}, study_id="rn-bev-1", study_hash=HASH)
    assert found == {"UT01": SignatureState.BROKEN}


def test_a_signature_under_the_name_of_another_site_is_a_broken_one(tmp_path: Path) -> None:
    study = tmp_path / "study.toml"
    path = write_signature(signed(), study)
    content = json.loads(path.read_text(encoding="utf-8"))
    path.with_name("UT09.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_signatures(study)["UT09"] is None


def test_a_study_is_refused_by_name_of_the_sites_that_have_not_signed() -> None:
    found = {"UT01": SignatureState.HOLDS, "LY02": SignatureState.OTHER_STUDY}
    require_signed(found, ["UT01"])
    with pytest.raises(StudyRefusedError, match=r"2 sites .*LY02: signed another version.*XX03: not signed"):
        require_signed(found, ["UT01", "LY02", "XX03"])


def test_a_private_key_is_for_its_owner_only_and_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "site.pem"
    write_key(KEY, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert public_half(read_key(path)) == public_half(KEY)
    with pytest.raises(KeyTextError, match="a file already"):
        write_key(OTHER, path)


def test_a_key_under_a_passphrase_needs_it(tmp_path: Path) -> None:
    path = tmp_path / "site.pem"
    write_key(KEY, path, b"long words")
    assert public_half(read_key(path, b"long words")) == public_half(KEY)
    for wrong in (None, b"other words"):
        with pytest.raises(KeyTextError, match="cannot be read"):
            read_key(path, wrong)


def test_a_fingerprint_is_short_enough_to_read_out() -> None:
    assert len(public_half(KEY).fingerprint.split()) == 4


def test_two_new_keys_differ() -> None:
    assert public_half(new_key()) != public_half(new_key())


@pytest.mark.parametrize("text", ["", "ed25519:12", "rsa:" + "0" * 64, "ed25519:" + "G" * 64])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(KeyTextError):
        PublicKey.of_text(text)


def test_sites_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    text = sites_text({"UT01": replace(SITE, name='Hospital "One"', country="NL")})
    path.write_text(text + 'data_use = { terms = ["GRU"], until = 2030-01-01 }\n', encoding="utf-8")
    found = read_sites(path)["UT01"]
    assert (found.name, found.key, found.data_use.until) == ('Hospital "One"', SITE.key, dt.date(2030, 1, 1))
    assert read_sites_again(found, tmp_path) == found


def read_sites_again(site: Site, folder: Path) -> Site:
    path = folder / "again.toml"
    path.write_text(sites_text({site.site_id: site}), encoding="utf-8")
    return read_sites(path)[site.site_id]


def test_faults_of_the_file_of_sites_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "sites.toml"
    path.write_text('[sites.ut1]\nkey = "no key"\nnaem = "x"\ndata_use = {terms = ["X"]}\n', encoding="utf-8")
    with pytest.raises(StudyError) as error:
        read_sites(path)
    assert len(error.value.faults) == 4
