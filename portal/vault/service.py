"""Putting documents into vaults, and finding them for their people and for forms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select

from portal.audit import service as audit
from portal.documents import service as documents
from portal.documents.domain import Standing, Texts
from portal.files import service as files
from portal.files.domain import Kept
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import N_, BadInput, Conflict, NotFound
from portal.kernel.room import Filled
from portal.registry.vocabulary import PREFILL
from portal.vault.models import VaultItem

ACCEPTS = ("pdf", "jpeg", "png")
MOST = 200
PATHS = tuple(path for path, source in PREFILL.items() if source.kind == "document")
NO_NAMES: Mapping[str, Texts] = {}


class NoSuchItem(NotFound):
    message = N_("There is no such document among yours.")


class NoSuchKind(BadInput):
    status = 422
    message = N_("Choose what kind of document it is.")


class VaultFull(Conflict):
    message = N_("You keep 200 documents already. Remove one that you need no more.")


class IssuedStays(Conflict):
    message = N_("What was issued to you stays among your documents.")


@dataclass(frozen=True)
class Item:
    """A document as its person sees it; `paper` says how one stands that the portal made."""

    id: UUID
    path: str | None
    names: Mapping[str, Texts]
    file: Kept
    kept_on: date
    good_until: date | None
    paper: documents.Checked | None

    @property
    def is_good(self) -> bool:
        if self.paper is not None:
            return self.paper.standing is Standing.GOOD
        return self.good_until is None or clock.today() <= self.good_until


def keep_issued(  # noqa: PLR0913 - one for each thing that is known of it
    person_id: UUID,
    subject_id: UUID,
    file_id: UUID,
    *,
    path: str | None,
    names: Mapping[str, Texts],
    good_until: date | None,
    document_id: UUID | None = None,
) -> None:
    """What was issued to a person lies among their documents, too."""
    row = VaultItem(
        subject_id=subject_id,
        person_id=person_id,
        path=path,
        file_id=file_id,
        document_id=document_id,
        names={name: dict(texts) for name, texts in names.items()},
        good_until=good_until,
    )
    db.session.add(row)
    db.session.flush()


def keep(person_id: UUID, path: str, stream: BinaryIO, name: str) -> None:
    """A document of the person's own.

    Raises NoSuchKind, VaultFull, and what the files room refuses.
    """
    if path not in PATHS:
        raise NoSuchKind
    if len(_rows(person_id)) >= MOST:
        raise VaultFull
    kept = files.keep(stream, name, subject_id=person_id, person_id=person_id, accepts=ACCEPTS)
    row = VaultItem(subject_id=person_id, person_id=person_id, path=path, file_id=kept.id)
    db.session.add(row)
    db.session.flush()
    _noted("kept", person_id)


def remove(person_id: UUID, item_id: UUID) -> None:
    """Take out what the person put in. Raises NoSuchItem, IssuedStays."""
    row = _row(person_id, item_id)
    if row.names is not None:
        raise IssuedStays
    files.release([row.file_id])
    db.session.delete(row)
    audit.record(
        "vault.removed", about=f"person:{person_id}", actor=person_id, subject_id=person_id
    )


def items(person_id: UUID) -> Sequence[Item]:
    """The newest first."""
    return _told(_rows(person_id))


def file_of(person_id: UUID, item_id: UUID) -> UUID:
    """Raises NoSuchItem, also for somebody else's."""
    return _row(person_id, item_id).file_id


def found(person_id: UUID, paths: Collection[str]) -> dict[str, Item]:
    """For forms: by path the newest document that is good, of those that the person has."""
    wanted = [path for path in paths if path in PATHS]
    if not wanted:
        return {}
    rows = [row for row in _rows(person_id) if row.path in wanted]
    good = [item for item in _told(rows) if item.is_good]
    return {item.path: item for item in reversed(good) if item.path}


def prefill(person_id: UUID, paths: Collection[str]) -> dict[str, Filled]:
    """What forms may fill in, by path; the files are the vault's own."""
    return {path: filled(item, item.file) for path, item in found(person_id, paths).items()}


def filled(item: Item, file: Kept) -> Filled:
    """The document as an answer; `file` is it, or a copy of it."""
    told = {name: getattr(file, name) for name in ("name", "type", "bytes", "sha256")}
    return Filled(
        value={"file": str(file.id), **told},
        source=PREFILL[item.path].title.texts if item.path else {},
        on=item.kept_on,
        verified=item.paper is not None,
        path="vault",
    )


def _noted(act: str, person_id: UUID) -> None:
    about = f"person:{person_id}"
    audit.record(f"vault.{act}", about=about, actor=person_id, subject_id=person_id)


def _rows(person_id: UUID) -> Sequence[VaultItem]:
    mine = select(VaultItem).where(VaultItem.person_id == person_id)
    return db.session.scalars(mine.order_by(VaultItem.id.desc()).limit(MOST)).all()


def _row(person_id: UUID, item_id: UUID) -> VaultItem:
    row = db.session.get(VaultItem, item_id)
    if row is None or row.person_id != person_id:
        raise NoSuchItem
    return row


def _told(rows: Sequence[VaultItem]) -> Sequence[Item]:
    papers = documents.standings({row.document_id for row in rows if row.document_id})
    kept = files.find_all(row.file_id for row in rows)
    return [_item(row, kept, papers) for row in rows if row.file_id in kept]


def _item(
    row: VaultItem, kept: Mapping[UUID, Kept], papers: Mapping[UUID, documents.Checked]
) -> Item:
    return Item(
        id=row.id,
        path=row.path,
        names=row.names or NO_NAMES,
        file=kept[row.file_id],
        kept_on=clock.day(row.created_at),
        good_until=row.good_until,
        paper=papers.get(row.document_id) if row.document_id else None,
    )
