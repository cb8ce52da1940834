"""Signing a bundle with the command, and what the portal says of it."""

import shlex
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from portal.kernel.db import db
from portal.kit.commands import providers
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.uploads import service as uploads
from tests.accounts.factories import make_person
from tests.files.samples import picture
from tests.registry.uploading import as_json, zipped

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-provider.md"


def run(*args):
    return CliRunner().invoke(providers, [str(one) for one in args])


@pytest.fixture
def key(tmp_path):
    return tmp_path / "publisher.pem"


@pytest.fixture
def public(key):
    return run("key", key).output.strip()


@pytest.fixture
def bundle(tmp_path):
    file = tmp_path / "tehsil.zip"
    icon = picture("png", (64, 64))
    file.write_bytes(zipped({"provider.json": as_json(version=1), "icon.png": icon}))
    return file


@pytest.fixture
def trusting(app, public):
    """The portal takes nothing for the tehsil but what this key signed."""
    uploads.set_key("tehsil", public, make_person(role="integrator", provider="tehsil").id)
    db.session.commit()


def upload(content):
    uploader = uploads.Uploader("token:tests", {"tehsil"})
    recorded, _ = uploads.record(content, "bundle", uploader)
    db.session.commit()
    return recorded


# One other byte each, with which the file still reads.
OTHER = {
    "provider.json": lambda text: text + b"\n",
    "icon.png": lambda png: png + b".",
    "signature": lambda told: (b"B" if told[:1] == b"A" else b"A") + told[1:],
}


def changed(bundle, name):
    with ZipFile(bundle) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    return zipped(files | {name: OTHER[name](files[name])})


@pytest.mark.promise("M18")
def test_what_the_command_signs_is_taken(trusting, bundle, key):
    with pytest.raises(ManifestDoesNotRead, match="are signed"):
        upload(bundle.read_bytes())
    signed = run("sign", bundle, "--key", key)
    assert signed.exit_code == 0, signed.output
    recorded = upload(bundle.read_bytes())
    assert (recorded.signed, recorded.version, bool(recorded.icon)) == (True, 1, True)


@pytest.mark.promise("M18")
@pytest.mark.parametrize("name", OTHER)
def test_one_byte_that_was_changed_is_refused(trusting, bundle, key, name):
    run("sign", bundle, "--key", key)
    with pytest.raises(ManifestDoesNotRead, match="are signed"):
        upload(changed(bundle, name))


def test_the_commands_of_the_page_for_writers_run(trusting, bundle, key, monkeypatch):
    monkeypatch.chdir(bundle.parent)
    bundle.rename("city-parks.zip")
    section = PAGE.read_text(encoding="utf-8").partition("### A bundle, and signing it")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0].splitlines()
    told = [shlex.split(line)[2:] for line in lines if line.startswith("portal ")]
    assert [run(*one).exit_code for one in told] == [0, 0]
    assert upload(Path("city-parks.zip").read_bytes()).signed


def test_the_same_files_give_the_same_zip_however_often_it_is_signed(bundle, key, public):
    run("sign", bundle, "--key", key)
    once = bundle.read_bytes()
    run("sign", bundle, "--key", key)
    assert bundle.read_bytes() == once


def test_the_key_is_its_owners_alone_and_is_never_written_over(key, public):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert run("key", key).output.strip() == public
    assert key.read_bytes() == before
    assert public not in before.decode()


def rsa_key():
    made = generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("pem", [b"", b"no key", rsa_key()], ids=["empty", "text", "RSA"])
def test_what_is_no_key_is_said_in_a_sentence(bundle, key, pem):
    before = bundle.read_bytes()
    key.write_bytes(pem)
    for said in (run("key", key), run("sign", bundle, "--key", key)):
        assert said.exit_code == 1
        assert "holds no private key" in said.output
    assert bundle.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped({"provider.json": as_json()}), "The manifest has no version."),
        (b"slug: tehsil", "A bundle is a zip file"),
        (zipped({"README.md": "Nothing"}), "provider.yaml or provider.json"),
    ],
    ids=["no version", "no zip", "no manifest"],
)
def test_what_the_portal_would_not_take_is_not_signed(bundle, key, public, content, said):
    bundle.write_bytes(content)
    answer = run("sign", bundle, "--key", key)
    assert answer.exit_code == 1
    assert said in answer.output
    assert bundle.read_bytes() == content
    assert [one.name for one in bundle.parent.iterdir()].count(bundle.name) == 1
