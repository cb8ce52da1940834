"""Recording consents and what was sent under them. The only module that touches the ledger."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import DateTime, String, Table, Uuid, bindparam, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.dml import ReturningInsert

from portal.consent import domain
from portal.consent.domain import Disclosed, Given, NoSuchConsent, Offered
from portal.consent.events import ConsentGiven
from portal.consent.models import Consent, Disclosure
from portal.kernel import clock, ids
from portal.kernel.db import db, unit
from portal.kernel.events import publish


def _note() -> ReturningInsert[UUID]:
    """A disclosure under the last consent of an application, if that allows it."""
    fields = bindparam("fields", type_=JSONB)
    here = Consent.application_id == bindparam("application")
    last = select(Consent.id).where(here).order_by(Consent.id.desc()).limit(1).scalar_subquery()
    values: dict[str, Any] = {
        "id": bindparam("id", type_=Uuid()),
        "created_at": bindparam("now", type_=DateTime(timezone=True)),
        "subject_id": Consent.subject_id,
        "consent_id": Consent.id,
        "provider_slug": Consent.provider_slug,
        "fields": fields,
        "channel": bindparam("channel", type_=String()),
    }
    allowed = Consent.fields.contains(fields)
    found = select(*values.values()).where(Consent.id == last, allowed)
    table = cast("Table", Disclosure.__table__)
    return insert(table).from_select(list(values), found).returning(table.c.id)


# Put together once: that costs more than sending them.
NOTE = _note()
TABLE = cast("Table", Consent.__table__)
PUT = insert(TABLE)
FIELDS = select(Consent.fields).where(Consent.application_id == bindparam("application"))


def record(
    *,
    application_id: UUID,
    subject_id: UUID,
    person_id: UUID,
    offer: Offered,
    fields: Collection[str],
    is_first: bool = False,
) -> Given:
    """Note that the person agreed to share these fields with the provider of the offer.

    `is_first`: the application is made in this transaction, so that nothing was agreed to before.
    """
    row = Consent(
        subject_id=subject_id,
        person_id=person_id,
        application_id=application_id,
        provider_slug=offer.provider.slug,
        service_slug=offer.service.slug,
        version_id=offer.version_id,
        fields=sorted(fields),
        shown=domain.shown(offer, fields),
    )
    # Written by itself: the event below can wait for what comes next.
    db.session.execute(PUT, {column.name: getattr(row, column.name) for column in TABLE.c})
    publish(ConsentGiven(row.id, application_id, person_id))
    _agreed().pop(application_id, None)
    if is_first:
        _agreed()[application_id] = frozenset(fields)
    return _given(row)


def disclosed(consent_id: UUID, fields: Collection[str], channel: str) -> None:
    """Note what is sent. Raises NoSuchConsent, NotConsented when it is more than was agreed to."""
    row = db.session.get(Consent, consent_id)
    if row is None:
        raise NoSuchConsent
    domain.check(row.fields, fields)
    note = Disclosure(
        subject_id=row.subject_id,
        consent_id=row.id,
        provider_slug=row.provider_slug,
        fields=sorted(fields),
        channel=channel,
    )
    db.session.add(note)
    db.session.flush()


def disclose_latest(application_id: UUID, fields: Collection[str], channel: str) -> None:
    """Note what is sent under the last consent of the application: it names all that may be.

    Nothing is noted where nothing was ever agreed to. Raises NotConsented.
    """
    told = {"fields": sorted(fields), "channel": channel, "application": application_id}
    noted = db.session.scalar(NOTE, told | {"id": ids.uuid7(), "now": clock.now()})
    # Nothing was agreed to, or less than this.
    if noted is None and (given := for_application(application_id)):
        disclosed(given[-1].id, fields, channel)


def pass_on(application_id: UUID, fields: Collection[str], channel: str, *, to: str) -> None:
    """Note what was shown to another provider, beside what the application's own one was sent.

    Raises NoSuchConsent, NotConsented when it is more than that one may have itself.
    """
    given = for_application(application_id)
    if not given:
        raise NoSuchConsent
    domain.check(given[-1].fields, fields)
    note = Disclosure(
        subject_id=_subject(given[-1].id),
        consent_id=given[-1].id,
        provider_slug=to,
        fields=sorted(fields),
        channel=channel,
    )
    db.session.add(note)
    db.session.flush()


def _subject(consent_id: UUID) -> UUID:
    return db.session.get_one(Consent, consent_id).subject_id


def effective_fields(application_id: UUID) -> frozenset[str]:
    """The fields of an application that its provider may be sent."""
    if (only := _agreed().get(application_id)) is not None:
        return only
    agreed = db.session.scalars(FIELDS, {"application": application_id})
    return frozenset(name for fields in agreed for name in fields)


def _agreed() -> dict[UUID, frozenset[str]]:
    """What was agreed to in this transaction for applications that are made in it."""
    agreed: dict[UUID, frozenset[str]] = unit().setdefault("agreed", {})
    return agreed


def for_application(application_id: UUID) -> tuple[Given, ...]:
    """The consents of an application, the first first, each with what was sent under it."""
    rows = select(Consent).where(Consent.application_id == application_id).order_by(Consent.id)
    return _with_disclosures(db.session.scalars(rows).all())


def of_person(person_id: UUID, *, after: UUID | None = None, limit: int = 20) -> tuple[Given, ...]:
    """The consents of a person, the newest first; `after` is the last one that was seen."""
    rows = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())
    if after is not None:
        rows = rows.where(Consent.id < after)
    return _with_disclosures(db.session.scalars(rows.limit(limit)).all())


def _with_disclosures(rows: Sequence[Consent]) -> tuple[Given, ...]:
    sent: dict[UUID, list[Disclosed]] = defaultdict(list)
    wanted = Disclosure.consent_id.in_([row.id for row in rows])
    for note in db.session.scalars(select(Disclosure).where(wanted).order_by(Disclosure.id)):
        told = Disclosed(note.provider_slug, tuple(note.fields), note.channel, note.created_at)
        sent[note.consent_id].append(told)
    return tuple(_given(row, tuple(sent[row.id])) for row in rows)


def _given(row: Consent, sent: tuple[Disclosed, ...] = ()) -> Given:
    return Given(
        id=row.id,
        person_id=row.person_id,
        application_id=row.application_id,
        provider_slug=row.provider_slug,
        service_slug=row.service_slug,
        version_id=row.version_id,
        fields=tuple(row.fields),
        given_at=row.created_at,
        disclosed=sent,
        **row.shown,
    )
