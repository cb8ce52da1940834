"""Finds the gateways: each folder here whose package has `gateway = Gateway(…)`.

A folder may hold a `room.py` too, for pages or jobs of its own, as the sandbox's company has.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from functools import cache

from payments.gateway import Gateway
from portal.kernel.room import Room


class GatewayDoesNotLoad(Exception):
    """A folder without a gateway, or two of one slug; the text says which."""


@cache
def gateways() -> Mapping[str, Gateway]:
    """All that are found, by slug. Raises GatewayDoesNotLoad."""
    found: dict[str, Gateway] = {}
    for name in folders():
        gateway = getattr(importlib.import_module(f"{__name__}.{name}"), "gateway", None)
        if not isinstance(gateway, Gateway):
            raise GatewayDoesNotLoad(f"payments/gateways/{name} declares no gateway = Gateway(…).")
        if gateway.slug in found:
            raise GatewayDoesNotLoad(f"Two gateways are called {gateway.slug}. Rename one.")
        found[gateway.slug] = gateway
    return found


@cache
def rooms() -> tuple[Room, ...]:
    """What gateways bring beside themselves."""
    named = [f"{__name__}.{name}.room" for name in folders()]
    there = [name for name in named if importlib.util.find_spec(name)]
    return tuple(importlib.import_module(name).room for name in there)


def folders() -> list[str]:
    return sorted(name for _, name, is_package in pkgutil.iter_modules(__path__) if is_package)
