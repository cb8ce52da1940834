"""Check the QR code of an issued document offline: `python verify_document.py KEYS TEXT`.

KEYS is the file from https://PORTAL/.well-known/document-keys, fetched once and kept; TEXT is what
the scanner read. It needs the library cryptography alone. It prints what the issuer stated, or
ends with a complaint. Whether the document was revoked since is known online only.
"""

import base64
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    return int.from_bytes(decoded(text), "big")


keys = json.loads(Path(sys.argv[1]).read_text())["keys"]
head, body, signature = sys.argv[2].rpartition("#")[2].split(".")
key = next(one for one in keys if one["kid"] == json.loads(decoded(head))["kid"])
curve = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1())
r, s = decoded(signature)[:32], decoded(signature)[32:]
signed = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
curve.public_key().verify(signed, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
told = json.loads(decoded(body))
if told["by"] != key["issuer"]:
    sys.exit("The key is of another issuer: do not trust the paper.")
sys.stdout.write(json.dumps({"issuer": key["name"], **told}, ensure_ascii=False, indent=1) + "\n")
