"""What a consent says, and what may be sent under it. No database here.

The registry stands above this room, so what was offered comes in as anything of that shape.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from portal.i18n.words import Spoken
from portal.kernel.errors import N_, DomainError, NotFound

Texts = dict[str, str]


class NoSuchConsent(NotFound):
    message = N_("There is no such consent.")


class NotConsented(DomainError):
    """`fields` names what would have been sent too much."""

    status = 403
    message = N_("The person did not agree to share this. Ask them in the application.")

    def __init__(self, fields: Collection[str]) -> None:
        self.fields = frozenset(fields)
        super().__init__()


class Asked(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Spoken: ...
    @property
    def purpose(self) -> Spoken | None: ...


class AskedForm(Protocol):
    @property
    def fields(self) -> Sequence[Asked]: ...


class OfferedService(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def title(self) -> Spoken: ...
    @property
    def form(self) -> AskedForm: ...
    @property
    def shares(self) -> Spoken: ...
    @property
    def keeps(self) -> Spoken: ...


class OfferingProvider(Protocol):
    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> Spoken: ...


class Offered(Protocol):
    """The version of a service that the person answered."""

    @property
    def version_id(self) -> UUID: ...
    @property
    def provider(self) -> OfferingProvider: ...
    @property
    def service(self) -> OfferedService: ...


@dataclass(frozen=True)
class Disclosed:
    """What was sent under a consent, by which way: webhook, api, desk, referral."""

    provider: str
    fields: tuple[str, ...]
    channel: str
    at: datetime


@dataclass(frozen=True)
class Given:
    """A consent, with the words as they were shown.

    `labels` names the fields; `purposes` says why for those that have a reason of their own.
    """

    id: UUID
    person_id: UUID
    application_id: UUID
    provider_slug: str
    service_slug: str
    version_id: UUID
    fields: tuple[str, ...]
    provider: Texts
    service: Texts
    labels: Mapping[str, Texts]
    purposes: Mapping[str, Texts]
    purpose: Texts
    keeps: Texts
    given_at: datetime
    disclosed: tuple[Disclosed, ...] = ()


def shown(offer: Offered, fields: Collection[str]) -> dict[str, Any]:
    """The words of the review page, kept as they were: a definition may change its own."""
    asked = {one.name: one for one in offer.service.form.fields if one.name in fields}
    purposes = {name: one.purpose for name, one in asked.items()}
    return {
        "provider": dict(offer.provider.name.texts),
        "service": dict(offer.service.title.texts),
        "labels": {name: dict(one.label.texts) for name, one in asked.items()},
        "purposes": {name: dict(why.texts) for name, why in purposes.items() if why},
        "purpose": dict(offer.service.shares.texts),
        "keeps": dict(offer.service.keeps.texts),
    }


def check(agreed: Collection[str], sent: Collection[str]) -> None:
    """Raise NotConsented when more would be sent than was agreed to."""
    excess = set(sent) - set(agreed)
    if excess:
        raise NotConsented(excess)
