"""What a bank says of a list, as a pain.002 of any version."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from xml.etree import ElementTree as ET

from payments.disbursement import NotReadable, Report, Said, TransferStatus

FORM = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.\d\d\}Document")
# Codes that say that the money has left. All others but a refusal say that it is on its way.
STATUSES = MappingProxyType(
    {
        "ACSC": TransferStatus.SENT,
        "ACCC": TransferStatus.SENT,
        "RJCT": TransferStatus.REJECTED,
        "CANC": TransferStatus.REJECTED,
        **dict.fromkeys(
            ("ACTC", "ACCP", "ACSP", "ACWC", "ACWP", "ACFC", "PDNG", "RCVD", "PATC"),
            TransferStatus.PENDING,
        ),
    }
)
# Of a whole list: some were taken, some were not. Each transfer says for itself.
IN_PARTS = "PART"
LONGEST = 200


def read(content: bytes) -> Report:
    """Raises NotReadable."""
    root = _parsed(content)
    told = root.find("{*}CstmrPmtStsRpt")
    original = None if told is None else told.find("{*}OrgnlGrpInfAndSts")
    if told is None or original is None:
        raise NotReadable(what="CstmrPmtStsRpt?")
    parts = told.findall("{*}OrgnlPmtInfAndSts")
    whole = _text(original, "GrpSts") or next(
        (one for part in parts if (one := _text(part, "PmtInfSts"))), ""
    )
    return Report(
        _text(original, "OrgnlMsgId"),
        [said for part in parts for said in _said(part)],
        None if whole in ("", IN_PARTS) else _status(whole),
        _reason(original) or next((one for part in parts if (one := _reason(part))), ""),
    )


def _parsed(content: bytes) -> ET.Element:
    """Raises NotReadable. What declares things of its own is no bank's file, and is not parsed."""
    try:
        text = content.decode("utf-8-sig")
        if "<!" in text.replace("<!--", "") or "\0" in text:
            raise NotReadable(what="<!")
        root = ET.fromstring(text.encode())  # noqa: S314 - it declares nothing
    except (UnicodeError, ET.ParseError) as error:
        raise NotReadable(what=type(error).__name__) from error
    if not FORM.fullmatch(root.tag):
        raise NotReadable(what="pain.002?")
    return root


def _said(part: ET.Element) -> Iterator[Said]:
    for one in part.findall("{*}TxInfAndSts"):
        number, status = _text(one, "OrgnlEndToEndId"), _text(one, "TxSts")
        if number and status:
            yield Said(number, _status(status), _reason(one))


def _status(code: str) -> TransferStatus:
    """Raises NotReadable."""
    if code not in STATUSES:
        raise NotReadable(what=code[:LONGEST])
    return STATUSES[code]


def _reason(part: ET.Element) -> str:
    reason = part.find("{*}StsRsnInf/{*}Rsn")
    return "" if reason is None else _text(reason, "Cd") or _text(reason, "Prtry")


def _text(part: ET.Element, name: str) -> str:
    found = part.find(f"{{*}}{name}")
    return "" if found is None or found.text is None else found.text.strip()[:LONGEST]
