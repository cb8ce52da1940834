"""How Stripe takes calls, whatever they ask: keys, signing in, faults, and forms with brackets."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from payments.simulator.stripe import Refused
from payments.simulator.world import World

PART = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    params: Mapping[str, Any]
    key: str = ""


@dataclass(frozen=True)
class Reply:
    """`cut` and `stalls` are what its line suffers on the way back."""

    status: int
    body: str
    replayed: bool = False
    cut: bool = False
    stalls: bool = False


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=c` as {"a": {"b": {"0": "c"}}}; `a[]=b` counts from 0."""
    made: dict[str, Any] = {}
    for name, value in pairs:
        head, _, _ = name.partition("[")
        place, parts = made, [head, *PART.findall(name)]
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1] or str(len(place))] = value
    return made


def error(status: int, kind: str, message: str, **more: str) -> Reply:
    told = {"error": {"type": kind, "message": message, **more}}
    return Reply(status, json.dumps(told))


def answered(world: World, call: Call, act: Callable[[], Any]) -> Reply:
    """What Stripe answers: once for each key, in spite of the faults."""
    asked = _asked(call)
    with world.store.together():
        known = world.store.answer(call.key) if call.key else None
        if known is not None and known[0] != asked:
            message = "Keys for idempotent requests can only be used with the same parameters."
            return error(400, "idempotency_error", message)
        about = f"{call.method} {call.path} {call.key}"
        about = f"{about} {world.store.count(f'call {about}')}"
        if world.faults.strikes("too_many", about):
            return error(429, "invalid_request_error", "Too many requests.", code="rate_limit")
        if known is not None:
            return _harmed(world, Reply(known[1], known[2], replayed=True), about)
        reply = _done(world, call, act, about)
        # A call that was refused before anything began is not kept.
        if call.key and (reply.status < 400 or reply.status >= 500):
            world.store.keep_answer(call.key, asked, reply.status, reply.body)
        return _harmed(world, reply, about)


def _asked(call: Call) -> str:
    told = json.dumps([call.method, call.path, call.params], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _done(world: World, call: Call, act: Callable[[], Any], about: str) -> Reply:
    if call.method == "POST" and world.faults.strikes("broken", about):
        return error(500, "api_error", "An unknown error occurred.")
    try:
        return Reply(200, json.dumps(act()))
    except Refused as refusal:
        return Reply(refusal.status, json.dumps({"error": refusal.told}))


def _harmed(world: World, reply: Reply, about: str) -> Reply:
    cut = world.faults.strikes("lost", about)
    stalls = world.faults.strikes("stall", about)
    return Reply(reply.status, reply.body, reply.replayed, cut, stalls)
