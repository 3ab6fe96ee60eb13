"""Content hashes against hashlib written out, and their independence of everything but content."""

import hashlib
from pathlib import Path

import pytest

from tuoguan.foundation.ids import address, content_hash, hash_files, json_bytes


def test_a_hash_is_sha256_over_length_prefixed_parts() -> None:
    joined = (2).to_bytes(8, "big") + b"ab" + (1).to_bytes(8, "big") + b"c"
    assert content_hash(b"ab", b"c") == hashlib.sha256(joined).hexdigest()[:16]


def test_moving_a_byte_between_parts_changes_the_hash() -> None:
    assert content_hash(b"ab", b"c") != content_hash(b"a", b"bc")


def test_json_is_canonical_and_knows_no_nan() -> None:
    assert json_bytes({"b": 1, "a": "托管"}) == '{"a":"托管","b":1}'.encode()
    with pytest.raises(ValueError):
        json_bytes(float("nan"))


def test_files_hash_by_name_and_content_not_by_place_or_order(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name in ("a.csv", "b.csv"):
            (tmp_path / folder / name).write_text(name)
    one, two = ([tmp_path / folder / name for name in ("a.csv", "b.csv")] for folder in ("one", "two"))
    assert hash_files(one, tmp_path / "one") == hash_files(two[::-1], tmp_path / "two")
    (tmp_path / "two" / "a.csv").rename(tmp_path / "two" / "c.csv")
    renamed = [tmp_path / "two" / name for name in ("b.csv", "c.csv")]
    assert hash_files(renamed, tmp_path / "two") != hash_files(one, tmp_path / "one")


def test_an_address_fits_a_kernel_and_does_not_collide_over_a_catalog() -> None:
    addresses = {address(f"SKU-{number}") for number in range(100_000)}
    assert len(addresses) == 100_000
    assert all(0 <= number < 2**62 for number in addresses)
