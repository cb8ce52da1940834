"""The keyed hash of such companies, over fields that they list or over all."""

import base64
import hmac
from collections.abc import Mapping, Sequence

from payments.gateways.redirect.declared import Company, Signing

HASHES = {"hmac-sha256": "sha256", "hmac-sha512": "sha512"}


def signature(company: Company, fields: Mapping[str, str], over: Sequence[str] | None) -> str:
    """Fields that are signed and not there count as empty."""
    how = company.sign
    digest = hmac.digest(company.key.encode(), _said(company, fields, over), HASHES[how.hash])
    if how.letters == "base64":
        return base64.b64encode(digest).decode()
    return digest.hex().upper() if how.letters == "upper" else digest.hex()


def is_signed(company: Company, fields: Mapping[str, str], over: Sequence[str] | None) -> bool:
    """Whether the message brings the hash that it should."""
    brought = fields.get(company.sign.field, "")
    expected = signature(company, fields, over)
    if company.sign.letters != "base64":
        brought, expected = brought.lower(), expected.lower()
    return hmac.compare_digest(brought.encode(), expected.encode())


def _said(company: Company, fields: Mapping[str, str], over: Sequence[str] | None) -> bytes:
    how = company.sign
    parts = [_part(how, name, fields.get(name, "")) for name in _names(how, fields, over)]
    if how.key_first:
        parts.insert(0, company.key)
    return how.separator.join(parts).encode()


def _names(how: Signing, fields: Mapping[str, str], over: Sequence[str] | None) -> Sequence[str]:
    if over is not None:
        return over
    return sorted(name for name, value in fields.items() if value and name != how.field)


def _part(how: Signing, name: str, value: str) -> str:
    return f"{name}={value}" if how.write == "pairs" else value
