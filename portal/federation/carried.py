"""What a browser's session carries on the way to an identity provider and back."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from flask import session

from portal.accounts.domain import Gender
from portal.accounts.views import entry
from portal.federation.domain import (
    IDENTITY_LASTS,
    MOST_FLOWS,
    Assurance,
    Flow,
    Identity,
    IdentityForgotten,
    SignInRefused,
)
from portal.kernel import clock

FLOWS, IDENTITY = "oidc", "identity"
# What the form of a new account asks; the rest comes with the link.
ASKED = ("name", "birth_date", "gender", "email", "mobile", "phone")


def set_out(state: str, flow: Flow) -> None:
    """Remember a sign-in that begins; the oldest is forgotten when there are too many."""
    under_way = [*session.get(FLOWS, {}).items(), (state, _plain(flow))]
    session[FLOWS] = dict(under_way[-MOST_FLOWS:])


def come_back(state: str, slug: str) -> Flow:
    """The sign-in of this state, which works once. Raises SignInRefused."""
    under_way = dict(session.get(FLOWS, {}))
    found = under_way.pop(state, None)
    session[FLOWS] = under_way
    if found is None:
        raise SignInRefused("INVALID_STATE")
    flow = Flow(**found | {"begun": datetime.fromisoformat(found["begun"])})
    if flow.slug != slug or flow.is_over(clock.now()):
        raise SignInRefused("INVALID_STATE")
    return flow


def keep(identity: Identity) -> None:
    """An identity that nobody linked yet, until its person has signed in or registered."""
    session[IDENTITY] = asdict(identity) | {"at": clock.now().isoformat()}
    session[entry.TOLD] = {
        name: answer
        for name in ASKED
        if (answer := identity.told.get(name)) and (name != "gender" or answer in set(Gender))
    }


def kept() -> Identity:
    """Raises IdentityForgotten."""
    found: dict[str, Any] = dict(session.get(IDENTITY) or {})
    at = found.pop("at", None)
    if at is None or clock.now() - datetime.fromisoformat(at) > IDENTITY_LASTS:
        drop()
        raise IdentityForgotten
    identity = Identity(**found)
    return replace(identity, level=Assurance(identity.level))


def drop() -> None:
    session.pop(IDENTITY, None)
    session.pop(entry.TOLD, None)


def _plain(flow: Flow) -> dict[str, Any]:
    return asdict(flow) | {"begun": flow.begun.isoformat()}
