"""What a person's claims are, as programs and as people read them, and the words of an offer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Kind
from portal.accounts.people import service as people
from portal.i18n import TAGS
from portal.i18n.words import translate
from portal.kernel.errors import N_
from portal.oauth.clients.service import Client
from portal.oauth.domain import CLAIMS, LABELS
from portal.profile.words import in_words

FIELDS = {"birthdate": "birth_date", "phone_number": "mobile"}
KEPT = N_("As long as the site or app keeps it. You can let it in no more at any time.")


@dataclass(frozen=True)
class Text:
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    name: str
    label: Text
    purpose: Text | None = None


@dataclass(frozen=True)
class Form:
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Named:
    slug: str
    name: Text


@dataclass(frozen=True)
class Sharing:
    slug: str
    title: Text
    form: Form
    shares: Text
    keeps: Text


@dataclass(frozen=True)
class Offer:
    """A client in the shape in which the ledger of consents reads what was offered."""

    version_id: UUID
    provider: Named
    service: Sharing


def offer(client: Client) -> Offer:
    every = [name for names in CLAIMS.values() for name in names]
    form = Form(tuple(Field(name, _every(LABELS[name])) for name in every))
    name = _same(client.name)
    shared = Sharing(f"oauth-{client.id}", name, form, _same(client.purpose), _every(KEPT))
    return Offer(client.id, Named(client.provider_slug, name), shared)


def values(person_id: UUID, names: Iterable[str]) -> dict[str, Any]:
    """The claims of OpenID Connect by these names; what the person did not tell is left out."""
    details, found = people.details(person_id), {}
    proven = {one.kind for one in contacts.reachable(person_id)}
    address = details.address
    told: dict[str, Any] = {
        "name": details.name,
        "birthdate": details.birth_date.isoformat(),
        "gender": details.gender and details.gender.value,
        "email": details.email,
        "phone_number": details.mobile,
        "address": address and {"formatted": in_words("address", address)},
    }
    for name in names:
        if told[name]:
            found[name] = told[name]
    if "email" in found:
        found["email_verified"] = Kind.EMAIL in proven
    if "phone_number" in found:
        found["phone_number_verified"] = Kind.MOBILE in proven
    return found


def shown(person_id: UUID, names: Iterable[str]) -> dict[str, Any]:
    """The same in the words of the page."""
    told = people.details(person_id)
    answers = {
        "name": told.name,
        "birthdate": told.birth_date.isoformat(),
        "gender": told.gender and told.gender.value,
        "email": told.email,
        "phone_number": told.mobile,
        "address": told.address,
    }
    return {name: in_words(FIELDS.get(name, name), answers[name]) for name in names}


def _every(sentence: str) -> Text:
    return Text({code: translate(code, sentence) for code in TAGS.values()})


def _same(text: str) -> Text:
    return Text({"en": text})
