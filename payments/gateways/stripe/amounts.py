"""Amounts as Stripe counts them, which for some currencies is not as ISO 4217 does.

https://docs.stripe.com/currencies: some have no smaller unit, some three places of which the last
is nought, and two that have none are still counted in hundredths.
"""

from decimal import Decimal

from payments.gateway import GatewayError
from portal.kernel.money import Money

# fmt: off
WHOLE = frozenset((
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
))
# fmt: on
THREE_PLACES = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# The last digits that Stripe takes only as noughts.
ROUND_TO = {"ISK": 100, "UGX": 100, **dict.fromkeys(THREE_PLACES, 10)}


def places(currency: str) -> int:
    if currency in WHOLE:
        return 0
    return 3 if currency in THREE_PLACES else 2


def to_stripe(money: Money) -> int:
    """Raises GatewayError for an amount that Stripe cannot take to the last coin."""
    scaled = money.decimal.scaleb(places(money.currency))
    if scaled != int(scaled) or int(scaled) % ROUND_TO.get(money.currency, 1):
        raise GatewayError
    return int(scaled)


def from_stripe(minor: int, currency: str) -> Money:
    """Raises GatewayError for what is no amount of the currency."""
    code = currency.upper()
    exact = Decimal(minor).scaleb(-places(code))
    money = Money.of(exact, code)
    if money.decimal != exact:
        raise GatewayError
    return money
