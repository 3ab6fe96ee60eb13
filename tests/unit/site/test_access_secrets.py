"""Secrets at rest: what is sealed tells nothing, and opens only with its key and for its purpose."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest

from tuoguan.foundation.problems import Refused
from tuoguan.site.access_secrets import ENVIRONMENT, Secrets


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def test_what_is_sealed_opens_again_after_a_restart(tmp_path: Path) -> None:
    sealed = Secrets(tmp_path).seal("a secret 秘密")
    assert Secrets(tmp_path).open(sealed) == "a secret 秘密"


def test_the_same_text_is_sealed_to_other_bytes_that_do_not_show_it(tmp_path: Path) -> None:
    kept = Secrets(tmp_path)
    one, other = kept.seal("whsec-1234"), kept.seal("whsec-1234")
    assert one != other
    assert b"whsec" not in one


def test_only_the_owner_of_the_file_may_read_the_key(tmp_path: Path) -> None:
    Secrets(tmp_path)
    assert S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_changed_byte_is_refused(tmp_path: Path, at: int) -> None:
    kept = Secrets(tmp_path)
    sealed = bytearray(kept.seal("a secret"))
    sealed[at] ^= 1
    with pytest.raises(Refused, match="does not open"):
        kept.open(bytes(sealed))


def test_one_purpose_does_not_open_what_was_sealed_for_another(tmp_path: Path) -> None:
    kept = Secrets(tmp_path)
    with pytest.raises(Refused, match="does not open"):
        kept.open(kept.seal("a secret", "totp/1"), "totp/2")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 13])
def test_what_was_never_sealed_is_refused(tmp_path: Path, sealed: bytes) -> None:
    with pytest.raises(Refused, match="does not open"):
        Secrets(tmp_path).open(sealed)


def test_another_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Secrets(tmp_path).seal("a secret")
    monkeypatch.setenv(ENVIRONMENT, b64encode(bytes(32)).decode())
    with pytest.raises(Refused, match="TUOGUAN_KEY"):
        Secrets(tmp_path).open(sealed)


def test_a_key_in_the_environment_leaves_none_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, b64encode(bytes(range(32))).decode())
    assert Secrets(tmp_path).open(Secrets(tmp_path).seal("a secret")) == "a secret"
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("text", ["short", "ä" * 44, b64encode(bytes(31)).decode()])
def test_what_is_no_key_is_refused_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(ENVIRONMENT, text)
    with pytest.raises(Refused, match="32 random bytes") as refused:
        Secrets(tmp_path)
    assert text not in str(refused.value)


def test_servers_that_start_at_once_share_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: Secrets(tmp_path).derived("one"), range(16)))
    assert len(set(made)) == 1
