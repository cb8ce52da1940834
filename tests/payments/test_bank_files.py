"""Accounts that banks gave out, the files that they take, and those in which they answer."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from payments.disbursement import (
    Account,
    NotReadable,
    PaymentList,
    Said,
    Transfer,
    TransferStatus,
)
from payments.disbursers import disbursers, folders
from payments.disbursers.iso20022.writing import plain
from payments.lists import domain
from payments.lists.domain import WrongBranch, WrongIban, WrongNumber
from payments.simulator.bank import Bank, NotAList
from payments.simulator.faults import Faults
from portal.app import read_settings
from portal.kernel.money import Money
from portal.kernel.settings import SettingsError

IBAN = "PK36SCBL0000001123456702"
NAME = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
INDIAN = {"holder": "Asha Devi", "number": "3001 2345 678", "branch": "sbin0001234"}


def test_accounts_of_india_and_of_pakistan():
    told = domain.account("INR", **INDIAN)
    assert told == Account("Asha Devi", "30012345678", "SBIN0001234")
    pakistan = domain.account("PKR", "Ali", "pk36 scbl 0000 0011 2345 6702")
    assert (pakistan.number, pakistan.branch) == (IBAN, "")


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (("INR", "A", "30012345678", "SBIN1001234"), WrongBranch),
        (("INR", "A", "30012345678", "SBIN000123"), WrongBranch),
        (("INR", "A", "12345678", "SBIN0001234"), WrongNumber),
        (("INR", "A", "1" * 19, "SBIN0001234"), WrongNumber),
        (("INR", "A", "3001234567A", "SBIN0001234"), WrongNumber),
        (("PKR", "A", "PK37SCBL0000001123456702"), WrongIban),
        (("PKR", "A", "PK36SCBL000000112345670"), WrongIban),
        (("PKR", "A", "DE89370400440532013000"), WrongIban),
        (("PKR", "A", ""), WrongIban),
    ],
)
def test_what_no_bank_gave_out_is_refused(told, wrong):
    with pytest.raises(wrong):
        domain.account(*told)


@given(some.integers(8, 23), some.sampled_from("0123456789"))
def test_every_mistyped_figure_of_an_iban_is_noticed(place, figure):
    changed = IBAN[:place] + figure + IBAN[place + 1 :]
    if changed != IBAN:
        with pytest.raises(WrongIban):
            domain.account("PKR", "A", changed)


def test_a_wrong_account_of_ours_stops_the_start():
    wrong = '{"INR": {"holder": "T", "number": "1", "branch": "SBIN0001234"}}'
    kept = {"PORTAL_ENV": "test", "PORTAL_PAYOUT_ACCOUNTS": wrong}
    with pytest.raises(SettingsError, match="INR: Enter the account number"):
        read_settings(kept)
    with pytest.raises(SettingsError, match="no readable file"):
        read_settings(kept | {"PORTAL_PAYOUT_ACCOUNTS": "/nowhere.json"})


SOURCE = Account("Treasury of Nadipur", "30012345678", "SBIN0001234")
TO = Account("ਆਸ਼ਾ ਦੇਵੀ & Sons", "123456789", "HDFC0000001")
BATCH = PaymentList(
    "PL-7K3M-9QXA",
    datetime(2026, 11, 24, 10, 30, 15, 99, UTC),
    date(2026, 11, 25),
    SOURCE,
    [
        Transfer("PL-7K3M-9QXA-1", TO, Money.of("150.00", "INR"), "Refund PBP-1"),
        Transfer("PL-7K3M-9QXA-2", TO, Money.of("0.05", "INR"), '=HYPERLINK("http://x")'),
    ],
)
IDS = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,35}")
TEXTS = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]{1,140}")
# What may stand in each element of a pain.001.001.09, in this order: the names of its standard.
ORDER = {
    "Document": ["CstmrCdtTrfInitn"],
    "CstmrCdtTrfInitn": ["GrpHdr", "PmtInf"],
    "GrpHdr": ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"],
    "PmtInf": [
        *("PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt"),
        *("Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf"),
    ],
    "ReqdExctnDt": ["Dt"],
    "InitgPty": ["Nm"],
    "Dbtr": ["Nm"],
    "Cdtr": ["Nm"],
    "CdtTrfTxInf": ["PmtId", "Amt", "ChrgBr", "CdtrAgt", "Cdtr", "CdtrAcct", "Purp", "RmtInf"],
    "PmtId": ["InstrId", "EndToEndId"],
    "Amt": ["InstdAmt"],
    "DbtrAcct": ["Id"],
    "CdtrAcct": ["Id"],
    "DbtrAgt": ["FinInstnId"],
    "CdtrAgt": ["FinInstnId"],
    "FinInstnId": ["BICFI", "ClrSysMmbId", "LEI", "Nm", "PstlAdr", "Othr"],
    "ClrSysMmbId": ["ClrSysId", "MmbId"],
    "ClrSysId": ["Cd"],
    "Othr": ["Id"],
    "RmtInf": ["Ustrd"],
}
NEEDED = {
    "GrpHdr": {"MsgId", "CreDtTm", "NbOfTxs", "InitgPty"},
    "PmtInf": {"PmtInfId", "PmtMtd", "ReqdExctnDt", "Dbtr", "DbtrAcct", "DbtrAgt", "CdtTrfTxInf"},
    "CdtTrfTxInf": {"PmtId", "Amt"},
    "PmtId": {"EndToEndId"},
    "ClrSysMmbId": {"MmbId"},
}
PATTERNS = {
    **dict.fromkeys(("MsgId", "PmtInfId", "InstrId", "EndToEndId", "MmbId"), IDS),
    **dict.fromkeys(("Nm", "Ustrd"), TEXTS),
    "CreDtTm": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "NbOfTxs": re.compile(r"[0-9]{1,15}"),
    "CtrlSum": re.compile(r"\d{1,16}(\.\d{1,5})?"),
    "InstdAmt": re.compile(r"\d{1,16}(\.\d{1,5})?"),
    "PmtMtd": re.compile("TRF"),
    "Dt": re.compile(r"\d{4}-\d\d-\d\d"),
    "IBAN": re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}"),
    "Cd": re.compile(r".{1,5}"),
}


def parsed(content):
    return ET.fromstring(content)  # noqa: S314 - our own


def check_pain001(content, batch):
    """Names, their order, what is needed, lengths, letters, and the sums."""
    root = parsed(content)
    for one in root.iter():
        name, below = one.tag.removeprefix(NAME), [each.tag.removeprefix(NAME) for each in one]
        assert one.tag.startswith(NAME)
        if below and name != "Id":
            order = ORDER[name]
            assert below == sorted(below, key=order.index), name
            repeated = {each for each in below if below.count(each) > 1}
            assert repeated <= {"CdtTrfTxInf"}
        assert NEEDED.get(name, set()) <= set(below), name
        if not below:
            assert PATTERNS.get(name, TEXTS).fullmatch(one.text), (name, one.text)
    told = {one.tag.removeprefix(NAME): one.text for one in root.iter() if not len(one)}
    amounts = list(root.iter(f"{NAME}InstdAmt"))
    assert int(told["NbOfTxs"]) == len(amounts) == len(batch.transfers)
    assert {one.get("Ccy") for one in amounts} == {batch.total.currency}
    assert sum(Decimal(one.text) for one in amounts) == Decimal(told["CtrlSum"])
    ends = [one.text for one in root.iter(f"{NAME}EndToEndId")]
    assert ends == [one.id for one in batch.transfers]
    assert len(set(ends)) == len(ends)
    return told


def test_there_is_a_disburser_in_each_folder():
    assert len(disbursers()) == len(folders()) >= 2


def test_a_list_is_a_pain001():
    content = disbursers()["iso20022"].write(BATCH)
    assert content == disbursers()["iso20022"].write(BATCH)
    told = check_pain001(content, BATCH)
    assert told["MsgId"] == told["PmtInfId"] == BATCH.id
    assert told["CreDtTm"] == "2026-11-24T10:30:15Z"
    root = parsed(content)
    [first, _] = root.iter(f"{NAME}CdtTrfTxInf")
    said = {one.tag.removeprefix(NAME): one.text for one in first.iter()}
    assert (said["InstdAmt"], said["MmbId"], said["Cd"]) == ("150.00", "HDFC0000001", "INFSC")
    assert first.find(f"{NAME}CdtrAcct/{NAME}Id/{NAME}Othr/{NAME}Id").text == "123456789"


def test_accounts_of_pakistan_go_by_iban():
    to = replace(BATCH.transfers[0], to=Account("Ali", IBAN), amount=Money.of("5", "PKR"))
    batch = replace(BATCH, source=Account("Treasury", IBAN), transfers=[to])
    content = disbursers()["iso20022"].write(batch)
    check_pain001(content, batch)
    assert [one.text for one in parsed(content).iter(f"{NAME}IBAN")] == [IBAN] * 2


@settings(max_examples=40, deadline=None)
@given(
    some.lists(
        some.tuples(some.text(max_size=200), some.integers(1, 10**12), some.text(max_size=200)),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_people_are_called_the_file_is_whole(told):
    transfers = [
        Transfer(f"PL-1-{n}", Account(name, "123456789", "HDFC0000001"), Money(minor, "INR"), why)
        for n, (name, minor, why) in enumerate(told)
    ]
    batch = replace(BATCH, transfers=transfers)
    check_pain001(disbursers()["iso20022"].write(batch), batch)


def test_names_are_written_in_letters_that_banks_take():
    assert plain("آشا دیوی", 140).isascii()
    assert plain("  José   <Núñez> ", 140) == "Jose Nunez"
    assert plain("☃☃", 140) != ""
    assert len(plain("a" * 200, 35)) == 35


def test_a_list_is_a_spreadsheet_without_formulas():
    rows = list(csv.DictReader(io.StringIO(disbursers()["bank-csv"].write(BATCH).decode())))
    assert [one["amount"] for one in rows] == ["150.00", "0.05"]
    assert rows[0]["account"] == "123456789"
    assert not any(cell.startswith(("=", "+", "-", "@")) for one in rows for cell in one.values())


def pain002(*said, group="", version="10", more=""):
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{number}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
        f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf></TxInfAndSts>"
        for number, status, code in said
    )
    whole = f"<GrpSts>{group}</GrpSts>" if group else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{more}'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>PL-1</OrgnlMsgId>{whole}</OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts>{lines}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


@pytest.mark.parametrize("version", ["03", "10", "14"])
def test_what_a_bank_says_is_read(version):
    told = disbursers()["iso20022"].read(
        pain002(("PL-1-1", "ACSC", ""), ("PL-1-2", "RJCT", "AC01"), ("PL-1-3", "ACSP", ""),
                version=version)
    )  # fmt: skip
    assert told.list_id == "PL-1"
    assert told.transfers == [
        Said("PL-1-1", TransferStatus.SENT),
        Said("PL-1-2", TransferStatus.REJECTED, "AC01"),
        Said("PL-1-3", TransferStatus.PENDING),
    ]
    assert told.of_all is None


@pytest.mark.parametrize(
    ("group", "status"),
    [("ACSC", TransferStatus.SENT), ("RJCT", TransferStatus.REJECTED), ("PART", None)],
)
def test_what_is_said_of_a_whole_list_is_said_of_each_transfer(group, status):
    assert disbursers()["iso20022"].read(pain002(group=group)).of_all is status


ENTITY = '<!DOCTYPE Document [<!ENTITY a "aaaa">]>'


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<Document/>", b"\xff\xfe", b"no", pain002(more=ENTITY)),
        *(pain002(("PL-1-1", "MELTED", "")), pain002(group="XXXX"), pain002()[:-3]),
        pain002().replace(b"pain.002", b"pain.008"),
        pain002().replace(b"OrgnlGrpInfAndSts", b"Other"),
    ],
)
def test_what_no_bank_would_say_is_refused(content):
    with pytest.raises(NotReadable):
        disbursers()["iso20022"].read(content)


def test_a_spreadsheet_of_a_bank_is_read():
    read = disbursers()["bank-csv"].read
    told = read(
        b"\xef\xbb\xbflist,id,status,code\r\nPL-1,PL-1-1,Paid,\r\nPL-1,PL-1-2,rejected,AC04"
    )
    assert told.list_id == "PL-1"
    assert [one.status for one in told.transfers] == ["sent", "rejected"]
    for wrong in (b"id,code\r\n1,2", b"id,status\r\n1,melted", b"\xff", b"id,status\r\n1"):
        with pytest.raises(NotReadable):
            read(wrong)
    with pytest.raises(NotReadable):
        read(b"list,id,status\r\nPL-1,1,paid\r\nPL-2,2,paid")


def test_the_played_bank_takes_no_list_that_does_not_add_up():
    bank, content = Bank(Faults()), disbursers()["iso20022"].write(BATCH)
    for wrong in (
        b"no",
        content.replace(b"<NbOfTxs>2<", b"<NbOfTxs>3<"),
        content.replace(b"QXA-2<", b"QXA-1<"),
        content.replace(b"pain.001.001.09", b"pain.001.001.03"),
    ):
        with pytest.raises(NotAList):
            bank.take(wrong)
