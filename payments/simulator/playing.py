"""Who is played by the running application, and whether a caller has its key."""

import hmac
from typing import cast

from flask import current_app, request

from payments.simulator.redirect import Company
from payments.simulator.stripe import Stripe


def stripe() -> Stripe:
    return cast("Stripe", current_app.extensions["stripe"])


def declared() -> Company | None:
    return cast("Company | None", current_app.extensions["declared"])


def is_let_in() -> bool:
    """Whether the call brings the merchant's secret key."""
    sent = request.headers.get("authorization", "").encode()
    key = str(current_app.config["STRIPE_KEY"])
    return hmac.compare_digest(sent, f"Bearer {key}".encode())
