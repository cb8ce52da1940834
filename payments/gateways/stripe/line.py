"""Speaking to Stripe by its own library, over the portal's guarded client alone.

The library signs in, encodes, and reads answers and errors; our client decides which address is
called, for how long, and how much of an answer is read. The library tries nothing again by itself:
whoever asked does, later, under the same idempotency key.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from stripe import APIConnectionError, HTTPClient, StripeClient, StripeError

from payments.gateway import GatewayError, Means
from payments.gateways.stripe.settings import StripeSettings
from portal.kernel.http import Unreachable

# What else the library would send tells of this machine, not of the payment.
SENT = ("authorization", "content-type", "idempotency-key", "stripe-version")
# A page of a hundred sessions, with what was taken for them.
MOST = 2 * 1024 * 1024
ODD = (StripeError, AttributeError, KeyError, TypeError, ValueError, ArithmeticError)


class Guarded(HTTPClient):
    """The library's way out: `Means.post` and `Means.get`."""

    name = "portal"

    def __init__(self, means: Means, *, allow_private: bool) -> None:
        super().__init__()
        self.means, self.allow_private = means, allow_private

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Raises APIConnectionError, as the library expects of its clients."""
        named = {name.lower(): value for name, value in (headers or {}).items()}
        sent = {name: named[name] for name in SENT if name in named}
        private = {"allow_private": self.allow_private}
        try:
            if method.upper() == "GET":
                answer = self.means.get(url, sent, most=MOST, **private)
            else:
                answer = self.means.post(url, (post_data or "").encode(), sent, **private)
            return answer.body.decode(), answer.status, answer.headers
        except (Unreachable, UnicodeDecodeError) as error:
            raise APIConnectionError(str(error)) from error  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Nothing is kept open."""


def client(means: Means) -> StripeClient:
    here = means.settings.of(StripeSettings)
    # A server that plays Stripe may stand on this very machine, but never in production.
    private = here.is_elsewhere and means.settings.kernel.env != "production"
    return StripeClient(
        here.stripe_secret_key or "",
        http_client=Guarded(means, allow_private=private),
        base_addresses={"api": here.stripe_api_base},
        max_network_retries=0,
    )


@contextmanager
def understood() -> Iterator[None]:
    """Raises GatewayError for silence, for refusals, and for answers that say nothing."""
    try:
        yield
    except ODD as error:
        raise GatewayError(type(error).__name__) from error
