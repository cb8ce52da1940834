"""What can be chosen, and what was chosen, in the reader's words."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from portal.delegation.domain import EVERYTHING, Need
from portal.i18n import gettext, say
from portal.i18n.languages import NAMES
from portal.kernel.errors import N_
from portal.registry import service as registry

NEEDS = {
    Need.FILL: N_("fill in forms"),
    Need.SEND: N_("send applications"),
    Need.FOLLOW: N_("follow applications and answer"),
    Need.WITHDRAW: N_("withdraw applications"),
    Need.PAY: N_("pay fees"),
}


@dataclass(frozen=True)
class Offered:
    """All, then each provider before its services; `providers` says where each begins."""

    choices: list[tuple[str, str]]
    providers: list[tuple[int, str]]


def offered() -> Offered:
    told, providers = [(EVERYTHING, gettext("All services"))], []
    rows = registry.catalogue_rows()
    known = registry.versions({row.version_id for row in rows})
    before = ""
    for row in rows:
        offer = known[row.version_id]
        if row.provider != before:
            before, name = row.provider, say(offer.provider.name)
            providers.append((len(told), name))
            told.append((before, gettext("All of %(provider)s", provider=name)))
        told.append((f"{row.provider}/{row.service}", say(offer.service.title)))
    return Offered(told, providers)


def say_services(services: Collection[str]) -> list[str]:
    """The chosen services in words; one that is no longer offered is left out."""
    return teller()(services)


def teller() -> Callable[[Collection[str]], list[str]]:
    """The same for many rights: what is offered is looked up once."""
    known = dict(offered().choices)
    return lambda services: [known[one] for one in services if one in known]


def say_needs(needs: Collection[str]) -> list[str]:
    return [gettext(NEEDS[Need(one)]) for one in needs]


def languages() -> list[tuple[str, str]]:
    return list(NAMES.items())
