"""Making the demo world by the rooms' own services, in one transaction: all of it or nothing."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pyotp
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import FOR_A_PROVIDER, Role
from portal.accounts.joining import service as joining
from portal.api import service as api
from portal.demo import answers as answers_of
from portal.demo import department, towns
from portal.demo.department import Department
from portal.demo.domain import ACCOUNTS, BILLER, PROVIDER, Account
from portal.geo import service as geo
from portal.geo import sources
from portal.interfaces import service as interfaces
from portal.kernel import clock, ports, signatures
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.events import StoredEvent
from portal.kernel.settings import current
from portal.profile import service as profile
from portal.profile.domain import GROUPS, answers
from portal.registry import service as registry
from portal.registry.contract import Provider
from portal.registry.discovery import discover
from portal.registry.publishing import service as publishing
from portal.webhooks import service as webhooks

ISSUER = "Sanjha"
ADDRESS = "demo"
STEP = timedelta(seconds=30)
MOST_SERVICES = 1000


class NotHere(DomainError):
    message = "The demo world is for development. Set PORTAL_ENV=development to try it."


class NotEmpty(DomainError):
    message = "There are people in this database, so the demo world is not loaded into it."


def load(alone: Provider | None = None) -> None:
    """Fill an empty database, for one provider alone or for all. Raises NotHere, NotEmpty."""
    if current().kernel.env == "production":
        raise NotHere
    if not is_empty():
        raise NotEmpty
    geo.import_areas(sources.read(sources.DEMO))
    people = {account.email: _settle(account, alone) for account in ACCOUNTS}
    proposer, publisher = (
        people[account.email] for account in ACCOUNTS if account.role is Role.ADMIN
    )
    offered = [(alone,)] if alone else [discover(), towns.providers()]
    # What is inherited must be published before others inherit it.
    for providers in offered:
        registry.sync(providers)
        for version in registry.newest(most=MOST_SERVICES, waiting=True):
            publishing.propose(version.id, proposer)
            publishing.publish(version.id, publisher)


def is_empty() -> bool:
    """Whether nobody ever completed an account here."""
    registered = select(StoredEvent.id).where(StoredEvent.name == "PersonRegistered")
    return db.session.scalar(registered.limit(1)) is None


def is_loaded() -> bool:
    """Whether this is the demo world."""
    try:
        accounts.id_of(ACCOUNTS[0].email)
    except accounts.NoSuchPerson:
        return False
    return True


def connect(file: Path, portal: str, wanted_port: int, alone: Provider | None = None) -> None:
    """Let the portal at this address and its demo department know each other.

    The department keeps its port from one day to the next, unless another program has taken it. It
    is that of `alone`, or those of the usual world.
    """
    providers = (alone.slug,) if alone else (PROVIDER, BILLER)
    asked = [BILLER] if alone is None else [alone.slug] if answers_of.is_asked(alone) else []
    known = department.read(file)
    port = ports.a_free_one(known.port if known else wanted_port)
    integrator = accounts.id_of(next(one.email for one in ACCOUNTS if one.role is Role.INTEGRATOR))
    secret = known.secret if known else signatures.new_secret()
    token = known.token if known else _token(providers[0], integrator)
    now = Department(secret, token, port, portal, answers_of.of(alone) if alone else {})
    if now != known:
        for provider in providers:
            webhooks.set_endpoint(provider, f"{now.url}/webhook", integrator, secret)
        for provider in asked:
            interfaces.save(provider, now.url, integrator, secret)
        department.write(file, now)


def otpauth(account: Account) -> str:
    """The link that an authenticator app reads."""
    totp = pyotp.TOTP(account.secret)
    return totp.provisioning_uri(name=account.email, issuer_name=ISSUER)


def code(account: Account) -> str:
    """The code that the account's authenticator app shows now."""
    return pyotp.TOTP(account.secret).at(clock.now())


def _settle(account: Account, alone: Provider | None) -> UUID:
    """Register, confirm the second factor, and give the role: all staff is that of `alone`."""
    person_id = joining.register(account.details, account.password, address=ADDRESS)
    contacts.trust(person_id)
    accounts.new_app(person_id, secret=account.secret)
    if not any(_confirmed(person_id, account.secret) for _ in range(2)):
        raise AssertionError(f"{account.email} has another secret than was set")
    if account.role:
        works_for = alone.slug if alone else account.provider
        provider = works_for if account.role in FOR_A_PROVIDER else None
        post = None if alone else account.post
        accounts.grant(person_id, account.role, provider, by="demo", post=post)
    else:
        _complete(person_id, account)
    return person_id


def _confirmed(person_id: UUID, secret: str) -> bool:
    """Take the app into use by the code of the step before; this step's is left to sign in with.

    Told no when a step ends just between making the code and checking it.
    """
    earlier = pyotp.TOTP(secret).at(clock.now() - STEP)
    return accounts.confirm_app(person_id, earlier) is not None


def _complete(person_id: UUID, account: Account) -> None:
    """Add what registration does not ask."""
    known = profile.known(person_id)
    extras = {"father_name": account.father_name, "national_id": account.national_id}
    for group in GROUPS:
        if extras.keys() & group.fields.keys():
            profile.change(person_id, group.slug, answers(known) | extras)


def _token(provider: str, by: UUID) -> str:
    return api.issue_token(provider, api.SCOPES, "Demo department", by)
