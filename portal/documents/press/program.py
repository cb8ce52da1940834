"""Makes papers and signs them. Run on its own by `running.py`, and imported by nobody.

It reads orders from standard input and writes papers to standard output, each behind its length
(4 bytes, big-endian); an answer begins with a byte, 1 for a paper and 0 for what went wrong. It
ends with its input, or after a time without work.
"""

import base64
import contextlib
import io
import json
import select
import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import segno
import typst
from asn1crypto import keys, x509  # type: ignore[import-untyped]
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

HERE = Path(__file__).parent
FORMS = ("sheet", "slip")
PATIENCE = 600.0
LENGTH = struct.Struct(">I")
DIRECTIONS = {"ltr": "/L2R", "rtl": "/R2L"}
# Room for a signature and two certificates, in hexadecimal digits. Left to itself, the signer would
# sign twice: once to see how long that gets.
SIGNATURE = 8192
MADE, FAILED = b"\x01", b"\x00"


def main(fonts: str, border: str) -> None:
    faces = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
    )
    compilers = {
        form: typst.Compiler(input=HERE / f"{form}.typ", root=HERE, font_paths=faces)
        for form in FORMS
    }
    drawn = Path(border).read_text()
    orders, papers = sys.stdin.buffer, sys.stdout.buffer
    while (order := _read(orders)) is not None:
        _write(papers, _answer(compilers, drawn, order))


def _read(orders: BinaryIO) -> bytes | None:
    """The next order; None when there is none for long, or nobody left to give one."""
    ready, _, _ = select.select([orders], [], [], PATIENCE)
    head = orders.read(LENGTH.size) if ready else b""
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    return orders.read(size)


def _write(papers: BinaryIO, answer: bytes) -> None:
    papers.write(LENGTH.pack(len(answer)) + answer)
    papers.flush()


def _answer(compilers: Mapping[str, typst.Compiler], border: str, order: bytes) -> bytes:
    try:
        told = json.loads(order)
        plain = _print(compilers[told["form"]], border, told)
        paper = _directed(plain, told["sheet"]["tongues"][0]["dir"])
        # A slip proves nothing, and is signed by nobody.
        return MADE + (_sign(paper, told["signer"]) if "signer" in told else _written(paper))
    except Exception as error:  # noqa: BLE001 - whoever asked is told, and the next order comes
        return FAILED + f"{type(error).__name__}: {error}"[:2000].encode()


def _print(compiler: typst.Compiler, border: str, told: dict[str, Any]) -> bytes:
    drawn = io.BytesIO()
    # One mask of the eight: to try them all and take the fairest takes longer than all the rest.
    qr = segno.make_qr(told["qr"], error="l", mask=0)
    qr.save(drawn, kind="svg", border=2, light="#fff", xmldecl=False)
    sheet = {**told["sheet"], "qr": drawn.getvalue().decode()}
    made = compiler.compile(
        format="pdf",
        # Tagged for readers by ear, and readable in fifty years: ISO 14289-1 and 19005-2.
        pdf_standards=["ua-1", "a-2a"],
        sys_inputs={"sheet": json.dumps(sheet), "border": border},
        timestamp=told["at"],
    )
    if not isinstance(made, bytes):
        raise TypeError("No paper was made.")
    return made


def _directed(plain: bytes, direction: str) -> IncrementalPdfFileWriter:
    """Typst takes Punjabi for a language of right to left, whatever direction is said."""
    paper = IncrementalPdfFileWriter(io.BytesIO(plain))
    paper.root["/ViewerPreferences"]["/Direction"] = generic.pdf_name(DIRECTIONS[direction])
    paper.update_container(paper.root["/ViewerPreferences"])
    return paper


def _written(paper: IncrementalPdfFileWriter) -> bytes:
    out = io.BytesIO()
    paper.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _sign(paper: IncrementalPdfFileWriter, told: dict[str, Any]) -> bytes:
    """A signature as PAdES asks for it (ETSI EN 319 142-1), that nobody sees on the page."""
    own, *others = (_certificate(one) for one in told["certificates"])
    known = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    known.register_multiple(others)
    signer = signers.SimpleSigner(
        signing_cert=own,
        signing_key=keys.PrivateKeyInfo.load(base64.b64decode(told["key"])),
        cert_registry=known,
    )
    meant = signers.PdfSignatureMetadata(
        field_name="Signature",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=told["reason"],
    )
    signed = io.BytesIO()
    signers.sign_pdf(paper, meant, signer, output=signed, bytes_reserved=SIGNATURE)
    return signed.getvalue()


def _certificate(told: str) -> x509.Certificate:
    return x509.Certificate.load(base64.b64decode(told))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main(sys.argv[1], sys.argv[2])
