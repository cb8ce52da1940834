"""Keys that sign papers: made when first needed, changed over, and published for good.

EC P-256 (FIPS 186-5), the curve that readers of PDF and of JOSE both know.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from portal.audit import service as audit
from portal.documents.issuers.models import DocumentKey
from portal.kernel import clock, ids, keys
from portal.kernel.db import db
from portal.kernel.settings import current

ALG = "ES256"
PORTAL = ""
YEAR = timedelta(days=365)
# Papers are looked at for longer than keys sign.
LASTS = {True: 30 * YEAR, False: 20 * YEAR}
TABLE = cast("Table", DocumentKey.__table__)


@dataclass(frozen=True)
class Signer:
    """A key of an issuer, ready to sign; `certificates` are its own and the portal's, as DER."""

    kid: str
    private: bytes
    certificates: tuple[bytes, ...]

    def stated(self, claims: dict[str, Any]) -> str:
        """The claims as a compact JWS (RFC 7515)."""
        header = {"alg": ALG, "kid": self.kid}
        text = json.dumps(claims, separators=(",", ":"), ensure_ascii=False)
        key = ECKey.import_key(_pem(serialization.load_der_private_key(self.private, None)))
        return jws.serialize_compact(header, text, key, algorithms=[ALG])

    def as_order(self) -> dict[str, Any]:
        told = [base64.b64encode(one).decode() for one in self.certificates]
        return {"key": base64.b64encode(self.private).decode(), "certificates": told}


def signer(issuer: str, name: str) -> Signer:
    """What this issuer signs with now; `name` stands in its certificate, in English."""
    root = _current(PORTAL) or _made(PORTAL, _portal_name(), None)
    row = _current(issuer) or _made(issuer, name, root)
    return Signer(str(row.id), _opened(row), (row.certificate, root.certificate))


def published() -> Sequence[dict[str, Any]]:
    """Every key that ever signed, as JWK (RFC 7517), with its issuer and its certificate."""
    rows = db.session.scalars(
        select(DocumentKey).where(DocumentKey.issuer != PORTAL).order_by(DocumentKey.id)
    )
    return [row.public for row in rows]


def read(statement: str) -> dict[str, Any] | None:
    """The claims, with `by`, where one of the keys signed them; None where none did."""
    try:
        header = jws.extract_compact(statement.encode()).headers()
        wanted = {str(one["kid"]): one for one in published()}
        key = ECKey.import_key(wanted[str(header.get("kid"))])
        told = json.loads(jws.deserialize_compact(statement, key, algorithms=[ALG]).payload)
    except (ValueError, KeyError, TypeError, JoseError):
        return None
    return told if isinstance(told, dict) else None


def rotate(issuer: str, name: str) -> str:
    """Sign with a new key from now on; its `kid`. Papers of the old one stay good."""
    root = _current(PORTAL) or _made(PORTAL, _portal_name(), None)
    if (old := _current(issuer)) is not None:
        old.ends = clock.now()
        db.session.flush()
    fresh = _made(issuer, name, root)
    audit.record("documents.key_changed", about=f"document_key:{fresh.id}", actor="command")
    return str(fresh.id)


def root_certificate() -> bytes | None:
    """What readers of PDF are told to trust, as DER; None before anything was issued."""
    row = _current(PORTAL)
    return row.certificate if row else None


def _current(issuer: str) -> DocumentKey | None:
    wanted = select(DocumentKey).where(DocumentKey.issuer == issuer, DocumentKey.ends.is_(None))
    return db.session.scalar(wanted)


def _made(issuer: str, name: str, root: DocumentKey | None) -> DocumentKey:
    """A key of this issuer; whoever makes one at the same moment gets the same."""
    pair = ec.generate_private_key(ec.SECP256R1())
    kid = ids.uuid7()
    certificate = _certified(pair, name, root)
    public = ECKey.import_key(_pem(pair)).as_dict(private=False)
    key_id, sealed = keys.keyring().wrap(kid.bytes, _der(pair))
    values = {
        "id": kid,
        "created_at": clock.now(),
        "issuer": issuer,
        "key_id": key_id,
        "sealed": sealed,
        "certificate": certificate,
        "public": public
        | {"kid": str(kid), "use": "sig", "alg": ALG, "issuer": issuer, "name": name}
        | {"x5c": [base64.b64encode(certificate).decode()]},
        "ends": None,
    }
    db.session.execute(insert(TABLE).values(values).on_conflict_do_nothing())
    return cast("DocumentKey", _current(issuer))


def _opened(row: DocumentKey) -> bytes:
    return keys.keyring().unwrap(row.key_id, row.id.bytes, row.sealed)


def _certified(pair: ec.EllipticCurvePrivateKey, name: str, root: DocumentKey | None) -> bytes:
    """The certificate of a key, as DER (RFC 5280): by the portal, or by itself for the portal's."""
    subject, now = _named(name), clock.now().astimezone(UTC)
    is_root = root is None
    issued_by = x509.load_der_x509_certificate(root.certificate).subject if root else subject
    signs = (
        cast("ec.EllipticCurvePrivateKey", serialization.load_der_private_key(_opened(root), None))
        if root
        else pair
    )
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), True),
        (_usage(is_root=is_root), True),
        (x509.SubjectKeyIdentifier.from_public_key(pair.public_key()), False),
    )
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issued_by)
        .public_key(pair.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_whole(now))
        .not_valid_after(_whole(now + LASTS[is_root]))
    )
    for extension, is_critical in extensions:
        building = building.add_extension(extension, critical=is_critical)
    signed = building.sign(signs, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        # Who signs a paper stands to it: non-repudiation.
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    # A common name has at most 64 characters.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _portal_name() -> str:
    return f"Documents of {current().kernel.base_url.partition('//')[2]}"


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _pem(pair: Any) -> bytes:
    return cast(
        "bytes",
        pair.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _der(pair: ec.EllipticCurvePrivateKey) -> bytes:
    return pair.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
