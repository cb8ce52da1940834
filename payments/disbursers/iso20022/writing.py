"""A payment list as a pain.001.001.09: one payment information, one currency, one day."""

import re
from datetime import UTC
from xml.etree import ElementTree as ET

from anyascii import anyascii

from payments.disbursement import Account, PaymentList, Transfer

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
# The letters that every bank takes, and how many of them each kind of text may have.
STRANGE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")
ID, NAME, TEXT = 35, 140, 140
# How the clearing systems of India call their branches' codes.
INDIAN = "INFSC"
UNKNOWN_BANK = "NOTPROVIDED"


def write(batch: PaymentList) -> bytes:
    root = ET.Element("Document", xmlns=NAMESPACE)
    told = ET.SubElement(root, "CstmrCdtTrfInitn")
    _header(told, batch)
    _instruction(told, batch)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written + b"\n"


def plain(text: str, most: int) -> str:
    """As every bank can read it: in Latin letters, and no longer than it may be."""
    return " ".join(STRANGE.sub(" ", anyascii(text)).split())[:most].strip() or "-"


def _header(told: ET.Element, batch: PaymentList) -> None:
    header = ET.SubElement(told, "GrpHdr")
    _put(header, "MsgId", plain(batch.id, ID))
    moment = batch.made_at.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    _put(header, "CreDtTm", f"{moment.isoformat()}Z")
    _counted(header, batch)
    _put(header, "InitgPty/Nm", plain(batch.source.holder, NAME))


def _instruction(told: ET.Element, batch: PaymentList) -> None:
    part = ET.SubElement(told, "PmtInf")
    _put(part, "PmtInfId", plain(batch.id, ID))
    _put(part, "PmtMtd", "TRF")
    _counted(part, batch)
    _put(part, "ReqdExctnDt/Dt", batch.send_on.isoformat())
    _put(part, "Dbtr/Nm", plain(batch.source.holder, NAME))
    _account(ET.SubElement(part, "DbtrAcct"), batch.source)
    _bank(ET.SubElement(part, "DbtrAgt"), batch.source)
    for transfer in batch.transfers:
        _transfer(ET.SubElement(part, "CdtTrfTxInf"), transfer)


def _counted(part: ET.Element, batch: PaymentList) -> None:
    _put(part, "NbOfTxs", str(len(batch.transfers)))
    _put(part, "CtrlSum", batch.total.amount)


def _transfer(part: ET.Element, transfer: Transfer) -> None:
    ids = ET.SubElement(part, "PmtId")
    _put(ids, "InstrId", plain(transfer.id, ID))
    _put(ids, "EndToEndId", plain(transfer.id, ID))
    amount = _put(part, "Amt/InstdAmt", transfer.amount.amount)
    amount.set("Ccy", transfer.amount.currency)
    if transfer.to.branch:
        _bank(ET.SubElement(part, "CdtrAgt"), transfer.to)
    _put(part, "Cdtr/Nm", plain(transfer.to.holder, NAME))
    _account(ET.SubElement(part, "CdtrAcct"), transfer.to)
    _put(part, "RmtInf/Ustrd", plain(transfer.purpose, TEXT))


def _account(part: ET.Element, account: Account) -> None:
    _put(part, "Id/Othr/Id" if account.branch else "Id/IBAN", account.number)


def _bank(part: ET.Element, account: Account) -> None:
    bank = ET.SubElement(part, "FinInstnId")
    if not account.branch:
        _put(bank, "Othr/Id", UNKNOWN_BANK)
        return
    member = ET.SubElement(bank, "ClrSysMmbId")
    _put(member, "ClrSysId/Cd", INDIAN)
    _put(member, "MmbId", account.branch)


def _put(part: ET.Element, path: str, text: str) -> ET.Element:
    for name in path.split("/"):
        part = ET.SubElement(part, name)
    part.text = text
    return part
