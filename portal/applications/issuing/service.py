"""Giving out documents, taking them back, and putting others in their place."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.applications.domain import (
    Author,
    NoSuchApplication,
    OwnCase,
    ProviderEvent,
    State,
)
from portal.applications.events import DocumentEnded
from portal.applications.issuing.domain import NotIssued, NotOurs, WhyIsNeeded
from portal.applications.models import Application, IssuedDocument
from portal.applications.records import service as records
from portal.applications.renewals import service as renewals
from portal.applications.work import service as work
from portal.documents import service as documents
from portal.documents.domain import Line, Sheet, Texts
from portal.files import service as files
from portal.files.domain import Kept
from portal.forms.words import in_words
from portal.i18n import LANGUAGES, language, speaking
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.registry import service as registry
from portal.registry.contract import IssuedDocument as Kind
from portal.registry.contract import Words
from portal.registry.questions import AnyField
from portal.vault import service as vault

ISSUED_BYTES = 5_000_000
ISSUED_KINDS = ("pdf", "jpeg", "png")
ENGLISH = "en"
# These are read from left to right in every script.
FIGURES = ("decimal", "email", "integer", "money", "national_id", "phone")
LONGEST_WHY = 1000


def is_made(application: Application) -> bool:
    """Whether the portal makes what is issued on it."""
    return bool(registry.version(application.version_id).service.papers)


def issue(application: Application, event: ProviderEvent) -> None:
    """Give out the file that came, else what the portal makes. Raises NotMade, FileRefused, …."""
    renewals.begin(application)
    if event.document is not None:
        name, content = event.document
        kept = _kept(application, name, content)
        kind = _only_kind(application)
        _give(application, kept, kind, None)
        return
    for kind in registry.version(application.version_id).service.papers:
        _made(application, kind)


def of(application: Application) -> Sequence[IssuedDocument]:
    wanted = select(IssuedDocument).where(IssuedDocument.application_id == application.id)
    return db.session.scalars(wanted.order_by(IssuedDocument.id)).all()


def one_of(application: Application, document_id: UUID) -> IssuedDocument:
    """Raises NoSuchApplication for a document of another application."""
    document = db.session.get(IssuedDocument, document_id)
    if document is None or document.application_id != application.id:
        raise NoSuchApplication
    return document


def standings(given: Sequence[IssuedDocument]) -> dict[UUID, documents.Checked]:
    """How those stand that the portal made, by the id of the paper."""
    return documents.standings({one.paper_id for one in given if one.paper_id})


def revoke(application: Application, document_id: UUID, why: str, author: Author) -> None:
    """Take a document back. Raises NoSuchApplication, NotOurs, WhyIsNeeded, EndedAlready."""
    given, words = _ours(application, document_id, author), _why(why)
    documents.revoke(given, words)
    _ended(application, "revoke", words, author)


def replace(application: Application, document_id: UUID, why: str, author: Author) -> None:
    """Make the document anew, as the case stands now, in place of this one.

    Raises NoSuchApplication, NotOurs, WhyIsNeeded, EndedAlready, NotMade.
    """
    old, words = _ours(application, document_id, author), _why(why)
    slug = one_of(application, document_id).kind
    service = registry.version(application.version_id).service
    kind = next(one for one in service.papers if one.slug == slug)
    new = _made(application, kind)
    documents.replace(old, new, words)
    _ended(application, "replace", words, author)


def _ours(application: Application, document_id: UUID, author: Author) -> UUID:
    """The id of the paper. Nobody ends what is their own. Raises OwnCase, NotIssued, NotOurs."""
    if author.id == f"person:{application.person_id}":
        raise OwnCase
    if application.state != State.ISSUED:
        raise NotIssued
    paper_id = one_of(application, document_id).paper_id
    if paper_id is None:
        raise NotOurs
    return paper_id


def _why(text: str) -> dict[str, str]:
    """By the language that the officer wrote in."""
    if not (tidied := text.strip()[:LONGEST_WHY]):
        raise WhyIsNeeded
    return {language(): tidied}


def _ended(application: Application, act: str, words: Texts, author: Author) -> None:
    records.tell(application, act, author, ProviderEvent(type=act, reason=words))
    publish(DocumentEnded(application.id, act))


def _only_kind(application: Application) -> Kind | None:
    """What a file is that came from the provider, where the service gives out one thing."""
    kinds = registry.version(application.version_id).service.issues
    return kinds[0] if len(kinds) == 1 else None


def _kept(application: Application, name: str, content: bytes) -> Kept:
    return files.keep(
        BytesIO(content),
        name,
        subject_id=application.subject_id,
        person_id=application.person_id,
        accepts=ISSUED_KINDS,
        most_bytes=ISSUED_BYTES,
        counted=False,
    )


def _made(application: Application, kind: Kind) -> UUID:
    """The id of a new paper of this kind."""
    sheet = _sheet(application, kind)
    paper, content = documents.issue(sheet, application.subject_id, application.good_until)
    _give(application, _kept(application, f"{paper.number}.pdf", content), kind, paper.id)
    return paper.id


def _give(application: Application, kept: Kept, kind: Kind | None, paper_id: UUID | None) -> None:
    row = IssuedDocument(
        subject_id=application.subject_id,
        application_id=application.id,
        file_id=kept.id,
        type=kept.type,
        bytes=kept.bytes,
        kind=kind.slug if kind else None,
        paper_id=paper_id,
    )
    row.name = kept.name
    db.session.add(row)
    db.session.flush()
    offer = registry.version(application.version_id)
    title = kind.title if kind else offer.service.title
    vault.keep_issued(
        application.person_id,
        application.subject_id,
        kept.id,
        path=kind.kept_as if kind else None,
        names={"issuer": offer.provider.name.texts, "title": title.texts},
        good_until=application.good_until,
        document_id=paper_id,
    )


def _sheet(application: Application, kind: Kind) -> Sheet:
    """What the paper says, in the person's language and in English."""
    offer, codes = registry.version(application.version_id), (application.language, ENGLISH)
    paper = kind.paper
    if paper is None:
        raise NotOurs
    lines = {name: line for name in paper.shows if (line := _line(application, name, codes))}
    return Sheet(
        issuer=offer.provider.slug,
        # All languages: these two are read on the page that says whether it is good.
        issuer_name=_both(offer.provider.name, LANGUAGES),
        slug=kind.slug,
        title=_both(kind.title, LANGUAGES),
        text=_both(paper.text, codes),
        lines=tuple(lines.values()),
        language=application.language,
        stated={
            lines[name].label[ENGLISH]: lines[name].value[ENGLISH]
            for name in paper.states
            if name in lines
        },
    )


def _line(application: Application, name: str, codes: tuple[str, str]) -> Line | None:
    """None for what was not asked or not answered."""
    question, answer = _answered(application, name)
    if question is None or answer is None:
        return None
    return Line(
        label=_both(question.label, codes),
        value={code: _said(question, answer, code) for code in codes},
        plain=question.kind in FIGURES,
    )


def _answered(application: Application, name: str) -> tuple[AnyField | None, Any]:
    """The question of this name, and its answer: the person's, or what an officer recorded."""
    service = registry.version(application.version_id).service
    stage, _, recorded = name.partition(".")
    if not recorded:
        asked = {one.name: one for one in service.form.fields}
        return asked.get(name), application.answers.get(name)
    declared = service.stage(stage)
    asked = {one.name: one for one in (declared.record or ())} if declared else {}
    kept = work.recorded(application).get(stage)
    return asked.get(recorded), kept.answers.get(recorded) if kept else None


def _said(question: AnyField, answer: Any, code: str) -> str:
    with speaking(code):
        return in_words(question, answer)


def _both(words: Words, codes: Iterable[str]) -> Mapping[str, str]:
    return {code: words.say(code) for code in codes}
