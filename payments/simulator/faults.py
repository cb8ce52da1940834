"""What goes wrong, and when: by seed, so that a history can be played again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

CALLS = {
    "too_many": "a call is answered 429, and nothing was done",
    "broken": "a call is answered 500, which is kept for its idempotency key",
    "lost": "a call is done, and the line is cut before its answer",
    "stall": "a call is done, and its answer takes as long as --stall says",
}
NOTICES = {
    "drop": "a notice is never sent",
    "duplicate": "a notice is sent three times",
    "reorder": "a notice lets later ones pass",
    "delay": "a notice waits as long as --delay says",
}
PAYMENTS = {
    "late": "an order that ended unpaid turns out to have been paid",
    "dispute": "a payment is disputed by the card's holder",
    "slow_refund": "a refund is pending at first",
}
TRANSFERS = {
    "rejected": "a transfer of a payment list is rejected",
    "closed": "a rejected transfer is said to be of a closed account",
    "slow_transfer": "a transfer is pending in the bank's first answer",
    "forgotten": "the bank's first answer says nothing of a transfer",
    "said_twice": "an answer names a transfer twice",
}
KINDS: Mapping[str, str] = CALLS | NOTICES | PAYMENTS | TRANSFERS
STEPS = 2**32


class NoSuchFault(Exception):
    """A fault or a share that there is not; the text says which there are."""


@dataclass
class Faults:
    """`rates` say how large a share of the chances each fault takes, from 0 to 1."""

    seed: str = "1"
    rates: dict[str, float] = field(default_factory=dict)

    def strikes(self, kind: str, about: str) -> bool:
        """Whether it does here. `about` names the chance: the same one always ends the same way."""
        told = hashlib.sha256(f"{self.seed} {kind} {about}".encode()).digest()
        return int.from_bytes(told[:4]) / STEPS < self.rates.get(kind, 0)

    def change(self, rates: Mapping[str, object]) -> None:
        """Raises NoSuchFault."""
        self.rates.update({kind: _share(kind, rate) for kind, rate in rates.items()})


def _share(kind: str, rate: object) -> float:
    if kind not in KINDS:
        raise NoSuchFault(f"There is no fault {kind}. There are: {', '.join(KINDS)}.")
    try:
        share = float(str(rate))
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise NoSuchFault(f"How often {kind} happens is a number from 0 to 1.")
    return share
