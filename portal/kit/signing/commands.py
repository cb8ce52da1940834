"""`portal providers key|sign`: for publishers whose uploads must be signed."""

import os
import tempfile
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from portal.kernel.errors import DomainError
from portal.kit.signing import domain

File = click.Path(path_type=Path, dir_okay=False)
Here = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("key")
@click.argument("file", type=File)
def key(file: Path) -> None:
    """Make a private key in FILE, and say the public one.

    The public one is pasted in the console, under Key of the publisher. An existing FILE stays as
    it is: its public key is said again.
    """
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(domain.new_key())
    click.echo(domain.public(_read(file)))


@click.command("sign")
@click.argument("bundle", type=Here)
@click.option("--key", "key_file", type=Here, required=True, help="The private key, as PEM.")
def sign(bundle: Path, key_file: Path) -> None:
    """Put the signature of the publisher into BUNDLE, a zip; an earlier one goes."""
    private = _read(key_file)
    try:
        made = domain.signed(bundle.read_bytes(), private, bundle.name)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    with tempfile.NamedTemporaryFile(dir=bundle.parent, delete=False) as beside:
        beside.write(made)
    Path(beside.name).chmod(bundle.stat().st_mode)
    Path(beside.name).replace(bundle)
    click.echo(f"{bundle.name} is signed. Its public key is {domain.public(private)}")


def _read(file: Path) -> Ed25519PrivateKey:
    try:
        return domain.key(file.read_bytes())
    except domain.NoPrivateKey as error:
        raise click.ClickException(f"{file.name}: {error}") from error
