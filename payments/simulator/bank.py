"""A bank that is sent payment lists: it reads a pain.001 and says in a pain.002 what it did.

What goes wrong strikes by the number of a transfer, so that one list always ends the same way.
"""

from dataclasses import dataclass
from xml.etree import ElementTree as ET

from payments.simulator.faults import Faults

ANSWER = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
LIST = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
SENT, REJECTED, PENDING = "ACSC", "RJCT", "PDNG"
# Why banks refuse: the account does not exist, or is closed.
REASONS = ("AC01", "AC04")


class NotAList(Exception):
    """The file is no list that this bank takes; the text says why."""


@dataclass(frozen=True)
class Wanted:
    id: str
    amount: str


@dataclass(frozen=True)
class Bank:
    faults: Faults

    def take(self, content: bytes, *, later: bool = False) -> bytes:
        """The answer to a list; `later`, what was pending at first has been decided.

        Raises NotAList.
        """
        number, wanted = _read(content)
        root = ET.Element("Document", xmlns=ANSWER)
        told = ET.SubElement(root, "CstmrPmtStsRpt")
        header = ET.SubElement(told, "GrpHdr")
        _put(header, "MsgId", f"ANSWER-{number}{'-2' if later else ''}"[:35])
        _put(header, "CreDtTm", "2026-01-01T00:00:00Z")
        original = ET.SubElement(told, "OrgnlGrpInfAndSts")
        _put(original, "OrgnlMsgId", number)
        _put(original, "OrgnlMsgNmId", "pain.001.001.09")
        part = ET.SubElement(told, "OrgnlPmtInfAndSts")
        _put(part, "OrgnlPmtInfId", number)
        for one in wanted:
            self._say(part, one, later=later)
        ET.indent(root)
        written: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
        return written

    def _say(self, part: ET.Element, one: Wanted, *, later: bool) -> None:
        if self.faults.strikes("forgotten", one.id) and not later:
            return
        status = self._status(one.id, later=later)
        for _ in range(2 if self.faults.strikes("said_twice", one.id) else 1):
            said = ET.SubElement(part, "TxInfAndSts")
            _put(said, "OrgnlEndToEndId", one.id)
            _put(said, "TxSts", status)
            if status == REJECTED:
                reason = ET.SubElement(ET.SubElement(said, "StsRsnInf"), "Rsn")
                _put(reason, "Cd", REASONS[self.faults.strikes("closed", one.id)])

    def _status(self, number: str, *, later: bool) -> str:
        if self.faults.strikes("rejected", number):
            return REJECTED
        is_slow = self.faults.strikes("slow_transfer", number)
        return PENDING if is_slow and not later else SENT


def _read(content: bytes) -> tuple[str, list[Wanted]]:
    """What a bank checks before it takes a list. Raises NotAList."""
    try:
        text = content.decode("utf-8")
        if "<!" in text:
            raise NotAList("It declares things of its own.")
        root = ET.fromstring(text.encode())  # noqa: S314 - it declares nothing
    except (UnicodeError, ET.ParseError) as error:
        raise NotAList("It is no XML.") from error
    told = root.find(f"{LIST}CstmrCdtTrfInitn")
    if root.tag != f"{LIST}Document" or told is None:
        raise NotAList("It is no pain.001.001.09.")
    wanted = [
        Wanted(_text(one, "PmtId", "EndToEndId"), _text(one, "Amt", "InstdAmt"))
        for one in told.iter(f"{LIST}CdtTrfTxInf")
    ]
    if _text(told, "GrpHdr", "NbOfTxs") != str(len(wanted)):
        raise NotAList("NbOfTxs is not the number of transfers.")
    if len({one.id for one in wanted}) < len(wanted):
        raise NotAList("Two transfers have one EndToEndId.")
    return _text(told, "GrpHdr", "MsgId"), wanted


def _text(part: ET.Element, *path: str) -> str:
    """Raises NotAList."""
    found = part.find("/".join(f"{LIST}{name}" for name in path))
    if found is None or not found.text:
        raise NotAList(f"{path[-1]} is missing.")
    return found.text


def _put(part: ET.Element, name: str, text: str) -> None:
    ET.SubElement(part, name).text = text
