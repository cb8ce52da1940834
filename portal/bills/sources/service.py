"""Which providers answer for bills, and what they answer."""

from typing import NamedTuple

from portal.bills import domain
from portal.bills.domain import NotAnswering, NotConnected, Open, UnknownAccount
from portal.interfaces import domain as asking
from portal.interfaces import service as interfaces
from portal.registry import hook_paths
from portal.registry import service as registry
from portal.registry.contract import Billing, Provider
from portal.registry.discovery import discover, hooks_of
from portal.registry.hooks import BillsHook, NotKnown


class Biller(NamedTuple):
    """A provider whose bills can be paid here."""

    provider: Provider
    billing: Billing
    hook: BillsHook


def billers() -> dict[str, Biller]:
    """All providers that declare bills and can answer for them, whether connected or not."""
    found = {}
    for provider in (*registry.answering_for_bills(), *discover()):
        hook = hook_paths.bills(provider, hooks_of(provider.slug))
        if provider.billing is not None and hook is not None:
            found[provider.slug] = Biller(provider, provider.billing, hook)
    return found


def connected() -> list[Biller]:
    """Those whose interface we know, by slug."""
    known = interfaces.known()
    return [biller for slug, biller in sorted(billers().items()) if slug in known]


def biller(provider_slug: str) -> Biller:
    """Raises NotConnected."""
    found = billers().get(provider_slug)
    if found is None or interfaces.of(provider_slug) is None:
        raise NotConnected
    return found


def fetch(asked: Biller, account: str) -> tuple[Open, ...]:
    """The unpaid bills of an account; the running transaction is committed before it is asked.

    Raises NotAnswering, UnknownAccount.
    """
    try:
        return interfaces.answered(
            asked.provider.slug, lambda ask: domain.read(asked.hook(account, ask))
        )
    except NotKnown as error:
        raise UnknownAccount from error
    except asking.NotAnswering as error:
        raise NotAnswering from error
