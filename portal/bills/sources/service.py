"""The addresses and secrets of providers' billing interfaces, and what their hooks answer."""

from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from uuid import UUID

from sqlalchemy import select

from portal.audit import service as audit
from portal.bills import domain
from portal.bills.domain import NotAnswering, NotConnected, Open, UnknownAccount
from portal.bills.models import BillingSource
from portal.bills.sources.asking import Line
from portal.kernel import http, signing
from portal.kernel.db import db
from portal.kernel.log import log
from portal.kernel.outside import SECONDS, Busy, TookTooLong, outside
from portal.kernel.settings import current
from portal.registry.contract import Billing, Provider
from portal.registry.discovery import discover, hooks_of
from portal.registry.hooks import BillsHook, NoAnswer, NoSuchAccount

SAFE_IN_PATH = "/%:@!$&'()*+,;=~"
# What the pages read of a source; its columns are changed here alone.
Source = BillingSource


class Biller(NamedTuple):
    """A provider whose bills can be paid here."""

    provider: Provider
    billing: Billing
    hook: BillsHook


def billers() -> dict[str, Biller]:
    """All providers that declare bills and can answer for them, whether connected or not."""
    found = {}
    for provider in discover():
        hook = hooks_of(provider.slug).bills
        if provider.billing is not None and hook is not None:
            found[provider.slug] = Biller(provider, provider.billing, hook)
    return found


def connected() -> list[Biller]:
    """Those whose interface we know, by slug."""
    known = set(db.session.scalars(select(BillingSource.provider_slug)))
    return [biller for slug, biller in sorted(billers().items()) if slug in known]


def biller(provider_slug: str) -> Biller:
    """Raises NotConnected."""
    found = billers().get(provider_slug)
    if found is None or source(provider_slug) is None:
        raise NotConnected
    return found


def source(provider_slug: str, *, lock: bool = False) -> BillingSource | None:
    wanted = select(BillingSource).where(BillingSource.provider_slug == provider_slug)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def sources(provider_slugs: Collection[str]) -> dict[str, BillingSource]:
    wanted = select(BillingSource).where(BillingSource.provider_slug.in_(provider_slugs))
    return {row.provider_slug: row for row in db.session.scalars(wanted)}


def set_source(
    provider_slug: str, url: str, by: UUID | str, secret: str | None = None
) -> str | None:
    """Ask this provider for bills at this address from now on.

    The secret, when a new one was made: it is not shown again. Raises AddressRefused, Unreachable.
    """
    http.check(url, allow_private=current().kernel.allow_private_webhooks)
    made = None
    row = source(provider_slug, lock=True)
    if row is None:
        secret = made = secret or signing.new_secret()
        row = BillingSource(provider_slug=provider_slug)
        db.session.add(row)
    if secret is not None:
        signing.put(row, secret)
    row.url = _base(url)
    db.session.flush()
    audit.record("billing.set", about=f"billing:{row.id}", actor=by, why=provider_slug)
    return made


def rotate_secret(provider_slug: str, by: UUID) -> str:
    """A new secret; questions are signed with both for a day. Raises NotConnected."""
    if (row := source(provider_slug, lock=True)) is None:
        raise NotConnected
    made = signing.rotate(row)
    db.session.flush()
    audit.record("billing.rotated", about=f"billing:{row.id}", actor=by, why=provider_slug)
    return made


def line(provider_slug: str) -> Line:
    """The way to the provider's interface. Raises NotConnected."""
    if (row := source(provider_slug)) is None:
        raise NotConnected
    return Line(row.url, signing.valid(row), current().kernel.allow_private_webhooks)


def fetch(provider_slug: str, hook: BillsHook, account: str, ask: Line) -> tuple[Open, ...]:
    """The unpaid bills of an account; the running transaction is committed before it is asked.

    A provider's code may raise anything, and give anything. Raises NotAnswering, UnknownAccount.
    """
    try:
        told = outside(
            lambda: domain.read(hook(account, ask)), key=f"bills:{provider_slug}", seconds=SECONDS
        )
    except NoSuchAccount as error:
        raise UnknownAccount from error
    except (TookTooLong, Busy, NoAnswer, domain.Unreadable) as error:
        # The text of a hook's error may quote what the provider said about somebody.
        log.warning("no bills", provider=provider_slug, error=type(error).__name__)
        raise NotAnswering from error
    except (Exception, SystemExit) as error:
        log.error("a bills hook failed", provider=provider_slug, error=type(error).__name__)
        raise NotAnswering from error
    return told


def _base(url: str) -> str:
    """The address without what a question brings itself, in the letters that are signed."""
    parts = urlsplit(url)
    path = quote(parts.path.rstrip("/"), safe=SAFE_IN_PATH)
    return parts._replace(path=path, query="", fragment="").geturl()
