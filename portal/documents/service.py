"""Issuing papers, telling whether they are good, and ending them.

Who may do that, and about what, is for the caller to know.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal.documents import domain
from portal.documents.domain import Line, NoSuchDocument, NotMade, Sheet, Slip, Standing, Texts
from portal.documents.issuers import service as issuers
from portal.documents.models import Document, DocumentEnd
from portal.documents.press.running import PressFailed, press
from portal.i18n import day, direction, gettext, speaking, tag
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, Conflict
from portal.kernel.log import log
from portal.kernel.settings import current

Paper = Document
ENGLISH = "en"


class EndedAlready(Conflict):
    message = N_("This document was ended already. Load the page again.")


@dataclass(frozen=True)
class Checked:
    """What anybody may know of a paper; `by` is the number of the one that replaced it."""

    number: str
    names: Mapping[str, Texts]
    issued_on: date
    good_until: date | None
    standing: Standing
    ended_on: date | None
    by: str | None


def issue(sheet: Sheet, subject_id: UUID, good_until: date | None) -> tuple[Paper, bytes]:
    """The paper, and its signed file: PDF/A-2a and PDF/UA-1. Raises NotMade."""
    number, now = domain.new_number(), clock.now()
    signer = issuers.signer(sheet.issuer, sheet.issuer_name[ENGLISH])
    ends = int(clock.end_of(good_until).timestamp()) if good_until else None
    told = domain.claims(number, sheet, int(now.timestamp()), ends, current().kernel.base_url)
    stated = signer.stated(told)
    content = _printed(sheet, number, good_until, stated, signer)
    row = Document(
        subject_id=subject_id,
        created_at=now,
        number=number,
        issuer=sheet.issuer,
        slug=sheet.slug,
        names={"issuer": dict(sheet.issuer_name), "title": dict(sheet.title)},
        good_until=good_until,
        key=UUID(signer.kid),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    row.statement = stated
    db.session.add(row)
    db.session.flush()
    return row, content


def print_slip(slip: Slip) -> bytes:
    """The file of it, which is kept nowhere and signed by nobody. Raises NotMade."""
    languages = tuple(dict.fromkeys((slip.language, ENGLISH)))
    return _made(
        {
            "at": int(clock.now().timestamp()),
            "form": "slip",
            "qr": slip.number,
            "sheet": {
                "number": slip.number,
                "issuer": slip.issuer_name[ENGLISH],
                "tongues": [_slip_tongue(slip, one) for one in languages],
            },
        }
    )


def link(number: str, statement: str) -> str:
    """What the QR code holds. Browsers send nobody what stands behind the sign #."""
    return f"{current().kernel.base_url}/verify/{number}#{statement}"


def check(number: str) -> Checked:
    """Raises NoSuchDocument."""
    return _checked(_numbered(number))


def check_file(digest: str) -> Checked | None:
    """The paper whose file has this SHA-256, in hexadecimal; None where none has."""
    row = db.session.scalar(select(Document).where(Document.sha256 == digest))
    return _checked(row) if row else None


def check_files(digests: Collection[str]) -> dict[str, Checked]:
    """Of many files at once: those that are papers of ours, by digest."""
    if not digests:
        return {}
    rows = db.session.scalars(select(Document).where(Document.sha256.in_(digests))).all()
    found = standings({row.id for row in rows})
    return {row.sha256: found[row.id] for row in rows}


def stated(number: str, statement: str) -> Mapping[str, str] | None:
    """What the code on the paper states, if an issuer here signed it for this number."""
    told = issuers.read(statement.strip().rpartition("#")[2])
    if told is None or told.get("jti") != number:
        return None
    says = told.get("says")
    return says if isinstance(says, dict) else None


def standings(document_ids: Collection[UUID]) -> dict[UUID, Checked]:
    """Of many papers at once, by id."""
    rows = db.session.scalars(select(Document).where(Document.id.in_(document_ids))).all()
    wanted = select(DocumentEnd).where(DocumentEnd.document_id.in_(document_ids))
    ends = {end.document_id: end for end in db.session.scalars(wanted)}
    return {row.id: _told(row, ends.get(row.id)) for row in rows}


def revoke(document_id: UUID, words: Texts) -> None:
    """It is good no more. Raises EndedAlready."""
    _end_it(document_id, "revoked", None, words)


def replace(document_id: UUID, by_id: UUID, words: Texts) -> None:
    """The other one stands in its place. Raises EndedAlready."""
    _end_it(document_id, "replaced", by_id, words)


def _end_it(document_id: UUID, how: str, by_id: UUID | None, words: Texts) -> None:
    paper = db.session.get_one(Document, document_id)
    row = DocumentEnd(subject_id=paper.subject_id, document_id=paper.id, how=how, by_id=by_id)
    row.words = dict(words) or None
    values = {column.name: getattr(row, column.name) for column in DocumentEnd.__table__.columns}
    values["created_at"] = clock.now()
    put = insert(DocumentEnd).values(values).on_conflict_do_nothing(index_elements=["document_id"])
    if db.session.scalar(put.returning(DocumentEnd.id)) is None:
        raise EndedAlready


def _numbered(number: str) -> Document:
    row = db.session.scalar(select(Document).where(Document.number == domain.read_number(number)))
    if row is None:
        raise NoSuchDocument
    return row


def _checked(row: Document) -> Checked:
    ended = select(DocumentEnd).where(DocumentEnd.document_id == row.id)
    return _told(row, db.session.scalar(ended))


def _told(row: Document, end: DocumentEnd | None) -> Checked:
    by = db.session.get(Document, end.by_id) if end and end.by_id else None
    return Checked(
        number=row.number,
        names=row.names,
        issued_on=clock.day(row.created_at),
        good_until=row.good_until,
        standing=domain.standing(end.how if end else None, row.good_until, clock.today()),
        ended_on=clock.day(end.created_at) if end else None,
        by=by.number if by else None,
    )


def _printed(
    sheet: Sheet, number: str, good_until: date | None, statement: str, signer: issuers.Signer
) -> bytes:
    """Raises NotMade."""
    languages = dict.fromkeys((sheet.language, ENGLISH))
    order = {
        "at": int(clock.now().timestamp()),
        "form": "sheet",
        "qr": link(number, statement),
        "sheet": {
            "number": number,
            "issuer": sheet.issuer_name[ENGLISH],
            "tongues": [_tongue(sheet, number, good_until, one) for one in languages],
        },
        "signer": signer.as_order() | {"reason": sheet.title[ENGLISH]},
    }
    return _made(order)


def _made(order: Mapping[str, Any]) -> bytes:
    """Raises NotMade."""
    try:
        return press.make(order)
    except PressFailed as failure:
        log.error("no paper was made", why=str(failure))
        raise NotMade from failure


def _tongue(sheet: Sheet, number: str, good_until: date | None, code: str) -> dict[str, Any]:
    """All that stands on the paper in one language."""
    with speaking(code):
        facts = [
            {"label": gettext("Number"), "value": number, "plain": True},
            {"label": gettext("Issued"), "value": day(clock.today()), "plain": False},
        ]
        if good_until is not None:
            facts.append({"label": gettext("Good until"), "value": day(good_until), "plain": False})
        site = current().kernel.base_url.partition("//")[2]
        check_it = gettext(
            "Scan the code, or type the number at %(address)s, to see whether this document is"
            " good. It was signed electronically and needs no stamp.",
            address=f"{site}/verify",
        )
        qr = gettext("QR code that proves this document")
    return {
        **_written(code, sheet.issuer_name, sheet.title, sheet.text),
        "rows": _rows(sheet.lines, code),
        "facts": facts,
        "check": check_it,
        "qr_words": qr,
    }


def _slip_tongue(slip: Slip, code: str) -> dict[str, Any]:
    with speaking(code):
        qr = gettext("QR code of the number")
    return {
        **_written(code, slip.issuer_name, slip.title, slip.text),
        "rows": _rows(slip.lines, code),
        "copies": [one[code] for one in slip.copies],
        "blanks": [one[code] for one in slip.blanks],
        "qr_words": qr,
    }


def _written(code: str, issuer: Texts, title: Texts, text: Texts) -> dict[str, Any]:
    return {
        "lang": tag(code).partition("-")[0],
        "dir": direction(code),
        "issuer": issuer[code],
        "title": title[code],
        "text": text.get(code, ""),
    }


def _rows(lines: Sequence[Line], code: str) -> list[dict[str, Any]]:
    return [
        {"label": one.label[code], "value": one.value[code], "plain": one.plain} for one in lines
    ]
