"""A mask key is kept on the site's disk for its owner alone, and makes the same secret at both ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, hmac

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import MaskKey
from tests.unit.federation.masking.sites import keys_of


def test_only_the_owner_may_read_a_mask_key(tmp_path: Path) -> None:
    MaskKey.new().write(tmp_path / "mask.key")
    assert (tmp_path / "mask.key").stat().st_mode & 0o777 == 0o600


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    key = MaskKey.new()
    key.write(tmp_path / "mask.key")
    assert MaskKey.read(tmp_path / "mask.key").public == key.public


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    key = MaskKey.new()
    key.write(tmp_path / "mask.key")
    with pytest.raises(FederationError) as caught:
        MaskKey.new().write(tmp_path / "mask.key")
    assert caught.value.code is Code.FOREIGN_KEY
    assert MaskKey.read(tmp_path / "mask.key").public == key.public


def test_a_process_killed_while_it_wrote_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        MaskKey.new().write(tmp_path / "mask.key")
    assert not (tmp_path / "mask.key").exists()


@pytest.mark.parametrize("content", [b"", b"zz", b"\xff\xfe", b"0" * 65])
def test_a_file_that_is_no_key_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mask.key").write_bytes(content)
    with pytest.raises(FederationError) as caught:
        MaskKey.read(tmp_path / "mask.key")
    assert (caught.value.code, caught.value.where) == (Code.FOREIGN_KEY, "mask.key")


def test_a_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FederationError) as caught:
        MaskKey.read(tmp_path / "mask.key")
    assert caught.value.code is Code.FOREIGN_KEY


def test_a_key_shows_nothing_of_itself_in_a_log() -> None:
    key = keys_of(["S00"])["S00"]
    assert repr(key) == "MaskKey()"


def test_both_ends_of_a_pair_have_the_same_secret_and_each_job_its_own() -> None:
    keys = keys_of(("NL01", "UT02"))
    names = {"first": "NL01", "second": "UT02"}
    here = keys["NL01"].pair(keys["UT02"].public, job="job-0042", **names)
    there = keys["UT02"].pair(keys["NL01"].public, job="job-0042", **names)
    assert here == there
    assert here != keys["NL01"].pair(keys["UT02"].public, job="job-0043", **names)
    assert here != keys["NL01"].pair(keys["UT02"].public, job="job-0042", first="NL01", second="UT03")


def test_the_pair_key_is_hkdf_of_the_x25519_secret_as_the_specification_says() -> None:
    """RFC 5869 written out: extract with the job's id, then one block of expansion."""
    keys = keys_of(("NL01", "UT02"))
    secret = keys["NL01"]._private.exchange(keys["UT02"]._private.public_key())

    def mac(key: bytes, text: bytes) -> bytes:
        made = hmac.HMAC(key, hashes.SHA256())
        made.update(text)
        return made.finalize()

    expected = mac(mac(b"job-0042", secret), b"cimara-mask|NL01|UT02\x01")
    found = keys["UT02"].pair(keys["NL01"].public, job="job-0042", first="NL01", second="UT02")
    assert found == expected
