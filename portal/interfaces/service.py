"""The addresses and secrets of providers' own interfaces, and what providers answer there."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote as quoted
from urllib.parse import urlsplit
from uuid import UUID

from babel.numbers import is_currency
from sqlalchemy import select

from portal.audit import service as audit
from portal.interfaces.asking import NOWHERE, Line
from portal.interfaces.domain import NoSuchInterface, NotAnswering
from portal.interfaces.models import ProviderInterface
from portal.kernel import http, signatures, signing
from portal.kernel.db import db
from portal.kernel.log import log
from portal.kernel.money import Money
from portal.kernel.outside import SECONDS, Busy, outside
from portal.kernel.settings import current
from portal.registry import hook_paths
from portal.registry.contract import AskedOf, Provider
from portal.registry.discovery import hooks_of
from portal.registry.hooks import Ask, Case, Draft, Hooks, NoAnswer, NotKnown, Objection, Quoted
from portal.registry.service import Offer

T = TypeVar("T")
SAFE_IN_PATH = "/%:@!$&'()*+,;=~"
# So long a person waits for their turn, on top of the time for the answer.
PATIENCE = 1.0
# One that did not answer in time is not asked again at once: each question costs a thread.
REST = 10.0
# What the pages read of an interface; its columns are changed here alone.
Interface = ProviderInterface


# --- Where it answers ---------------------------------------------------------------------------


def of(provider_slug: str, *, lock: bool = False) -> ProviderInterface | None:
    wanted = select(ProviderInterface).where(ProviderInterface.provider_slug == provider_slug)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(wanted)


def of_all(provider_slugs: Collection[str]) -> dict[str, ProviderInterface]:
    wanted = select(ProviderInterface).where(ProviderInterface.provider_slug.in_(provider_slugs))
    return {row.provider_slug: row for row in db.session.scalars(wanted)}


def known() -> frozenset[str]:
    """The slugs of the providers whose interface we know."""
    return frozenset(db.session.scalars(select(ProviderInterface.provider_slug)))


def save(provider_slug: str, url: str, by: UUID | str, secret: str | None = None) -> str | None:
    """Ask this provider at this address from now on.

    The secret, when a new one was made: it is not shown again. Raises AddressRefused, Unreachable.
    """
    http.check(url, allow_private=current().kernel.allow_private_webhooks)
    made = None
    row = of(provider_slug, lock=True)
    if row is None:
        secret = made = secret or signatures.new_secret()
        row = ProviderInterface(provider_slug=provider_slug)
        db.session.add(row)
    if secret is not None:
        signing.put(row, secret)
    row.url = _base(url)
    db.session.flush()
    audit.record("interface.set", about=f"interface:{row.id}", actor=by, why=provider_slug)
    return made


def rotate_secret(provider_slug: str, by: UUID | str) -> str:
    """A new secret; questions are signed with both for a day. Raises NoSuchInterface."""
    if (row := of(provider_slug, lock=True)) is None:
        raise NoSuchInterface
    made = signing.rotate(row)
    db.session.flush()
    audit.record("interface.rotated", about=f"interface:{row.id}", actor=by, why=provider_slug)
    return made


def line(provider_slug: str) -> Line | None:
    """The way to the provider's interface; None while no address is known."""
    if (row := of(provider_slug)) is None:
        return None
    return Line(row.url, signing.valid(row), current().kernel.allow_private_webhooks)


def _base(url: str) -> str:
    """The address without what a question brings itself, in the letters that are signed."""
    parts = urlsplit(url)
    path = quoted(parts.path.rstrip("/"), safe=SAFE_IN_PATH)
    return parts._replace(path=path, query="", fragment="").geturl()


# --- What it answers ----------------------------------------------------------------------------


def answered(provider_slug: str, call: Callable[[Ask], T], *, patience: float = 0) -> T:
    """What a hook gives; the running transaction is committed before it is asked.

    A provider's code may raise anything. Raises NotKnown, and NotAnswering for all the rest.
    """
    ask: Ask = line(provider_slug) or NOWHERE
    try:
        return outside(
            lambda: call(ask),
            key=f"interface:{provider_slug}",
            seconds=SECONDS,
            patience=patience,
            rest=REST,
        )
    except NotKnown:
        raise
    except Busy as error:
        raise NotAnswering from error
    except (Exception, SystemExit) as error:
        # The text of a hook's error may quote what the provider said about somebody.
        log.warning("no answer", provider=provider_slug, error=type(error).__name__)
        raise NotAnswering from error


def asks(offer: Offer, what: AskedOf) -> bool:
    return what in (offer.service.asks or ())


def quote(offer: Offer, draft: Draft) -> Money:
    """What the provider says that it costs. Raises NotAnswering."""
    hook = hook_paths.quote(offer.provider, _hooks(offer.provider))
    return _asked(offer, lambda ask: _money(_of(Quoted, hook and hook(draft, ask))))


def check(offer: Offer, draft: Draft) -> tuple[Objection, ...]:
    """What the provider says is wrong with the answers. Raises NotAnswering."""
    hook = hook_paths.check(offer.provider, _hooks(offer.provider))
    most = hook_paths.MOST_OBJECTIONS

    def call(ask: Ask) -> tuple[Objection, ...]:
        found = hook(draft, ask) if hook else ()
        return tuple(_of(Objection, one) for one in tuple(found)[:most])

    return _asked(offer, call)


def payload(offer: Offer, case: Case) -> Mapping[str, Any]:
    """What the provider wants in a message beside the answers. Raises NotAnswering."""
    hook = hook_paths.payload(offer.provider, _hooks(offer.provider))

    def call(ask: Ask) -> Mapping[str, Any]:
        told = {"payload": dict(hook(case, ask)) if hook else {}}
        return hook_paths.read(hook_paths.Payload, told).payload

    return _asked(offer, call)


def _asked(offer: Offer, call: Callable[[Ask], T]) -> T:
    try:
        return answered(offer.provider.slug, call, patience=PATIENCE)
    except NotKnown as error:
        raise NotAnswering from error


def _hooks(provider: Provider) -> Hooks:
    return hooks_of(provider.slug)


def _money(told: Quoted) -> Money:
    """Exact, in a currency that there is. Raises NoAnswer."""
    if not is_currency(told.currency):
        raise NoAnswer("There is no such currency.")
    fee = Money.of(told.amount, told.currency)
    if fee.decimal != Decimal(told.amount):
        raise NoAnswer("The amount has more places than its currency.")
    return fee


def _of(kind: type[T], told: Any) -> T:
    if not isinstance(told, kind):
        raise NoAnswer(f"The hook gives no {kind.__name__}.")
    return told
