"""Where people of the demo world pay: a counter, and a company that the simulator plays.

No real money moves. What the operator set already stays as it is.
"""

import json
import sys
from collections.abc import MutableMapping
from pathlib import Path

from portal.kernel import ports

COUNTERS = Path(__file__).with_name("counters.yaml")
OURS = {"holder": "Treasury of Nadipur", "number": "30012345678", "branch": "SBIN0001234"}
# The key and the secret that the simulator has if it is told no other.
KEY, SECRET = "sk_test_simulator", "whsec_simulator"
# How far its port is from the portal's, when that one is free.
APART = 90


def offer(env: MutableMapping[str, str], port: int) -> int | None:
    """Put it among the settings; the port of the simulator, unless Stripe is set up already."""
    env.setdefault("PORTAL_COUNTERS", str(COUNTERS))
    env.setdefault("PORTAL_PAYOUT_ACCOUNTS", json.dumps({"INR": OURS}))
    if "PORTAL_STRIPE_SECRET_KEY" in env:
        return None
    wanted = ports.a_free_one(port + APART)
    env["PORTAL_STRIPE_SECRET_KEY"], env["PORTAL_STRIPE_WEBHOOK_SECRET"] = KEY, SECRET
    env["STRIPE_API_BASE"] = f"http://127.0.0.1:{wanted}"
    return wanted


def command(port: int, base_url: str, var: Path) -> list[str]:
    books = (var / "demo" / "simulator.sqlite").absolute()
    return [
        *(sys.executable, "-m", "portal.cli", "payments", "simulate", "--port", str(port)),
        *("--data", str(books), "--notify", f"{base_url}/hooks/payments/stripe"),
    ]
