"""What is sealed opens only in its own place, unchanged."""

import stat

import pytest

from portal.kernel import crypto

KEY = b"k" * 32


def test_a_sealed_value_opens_in_its_place():
    assert (
        crypto.unseal(KEY, b"people|name|1", crypto.seal(KEY, b"people|name|1", b"Asha")) == b"Asha"
    )


@pytest.mark.promise("M19")
def test_it_does_not_open_in_another_place():
    sealed = crypto.seal(KEY, b"people|name|1", b"Asha")
    with pytest.raises(crypto.CannotOpen):
        crypto.unseal(KEY, b"people|name|2", sealed)


def test_no_changed_byte_goes_unnoticed():
    sealed = crypto.seal(KEY, b"here", b"Asha")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(crypto.CannotOpen):
            crypto.unseal(KEY, b"here", bytes(changed))


def test_a_cut_value_does_not_open():
    sealed = crypto.seal(KEY, b"here", b"Asha")
    for length in range(len(sealed)):
        with pytest.raises(crypto.CannotOpen):
            crypto.unseal(KEY, b"here", sealed[:length])


def test_the_same_value_never_seals_alike():
    assert len({crypto.seal(KEY, b"here", b"Asha") for _ in range(100)}) == 100


def test_a_keyring_reads_back_and_only_its_owner_may_read_it(tmp_path):
    ring = crypto.new_keyring()
    path = tmp_path / "keys.json"
    crypto.write_keyring(path, ring)
    assert crypto.read_keyring(path) == ring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_keyring_is_never_overwritten(tmp_path):
    path = tmp_path / "keys.json"
    crypto.write_keyring(path, crypto.new_keyring())
    with pytest.raises(FileExistsError):
        crypto.write_keyring(path, crypto.new_keyring())


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"current": "k1", "keys": {}, "index": ""}'])
def test_a_spoilt_keyring_is_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(crypto.KeyringUnreadable, match=r"keys\.json"):
        crypto.read_keyring(path)


def test_look_ups_fold_case_width_and_space():
    ring = crypto.new_keyring()
    assert ring.hash("mail", " ASHA@example.in") == ring.hash("mail", "asha@example.in ")
    assert ring.hash("mail", "x") != ring.hash("phone", "x")
