"""What all played companies share: books, faults, a clock that can be put forward, and a post."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from payments.simulator.faults import Faults
from payments.simulator.store import Letter, Store
from portal.kernel import clock, http

# Seconds from a notice that was not taken to the next try; then it is given up.
PATIENCE = (2, 5, 30, 120, 600, 3600, 3 * 3600, 12 * 3600, 24 * 3600)
# How far a notice falls behind that lets later ones pass.
BEHIND = 2
JSON = "application/json"
Signed = tuple[bytes, Mapping[str, str]]
Signer = Callable[[str, int], Signed]


@dataclass
class World:
    """`signers` give what a company really sends: from a notice's words and the moment."""

    store: Store
    faults: Faults = field(default_factory=Faults)
    base: str = "http://127.0.0.1:8090"
    slow: float = 20
    delay: float = 600
    stall: float = 30
    ahead: float = 0
    signers: dict[str, Signer] = field(default_factory=dict)

    def now(self) -> int:
        return int(clock.now().timestamp() + self.ahead)

    def name(self, prefix: str) -> str:
        """A new identifier: the same one in the same history."""
        number = self.store.count(f"name {prefix}")
        told = hashlib.sha256(f"{self.faults.seed} {prefix} {number}".encode()).hexdigest()
        return f"{prefix}_{told[:24]}"

    def tell(self, company: str, url: str, body: Mapping[str, Any], about: str) -> None:
        """Put a notice on its way, as the faults will have it; `about` names the chance."""
        if self.faults.strikes("drop", about):
            return
        due = float(self.now())
        due += self.delay if self.faults.strikes("delay", about) else 0
        due += BEHIND if self.faults.strikes("reorder", about) else 0
        for _ in range(3 if self.faults.strikes("duplicate", about) else 1):
            self.store.post(company, url, json.dumps(body), due)

    def deliver(self) -> int:
        """Send what is due; how many were taken."""
        return sum(self._sent(letter) for letter in self.store.letters(self.now()))

    def signed(self, letter: Letter) -> Signed:
        """The body and the headers, signed now: an old signature would be refused."""
        return self.signers[letter.company](letter.body, self.now())

    def _sent(self, letter: Letter) -> bool:
        body, headers = self.signed(letter)
        try:
            answer = http.post(letter.url, body, headers, allow_private=True)
            taken = 200 <= answer.status < 300
        except http.Unreachable:
            taken = False
        wait = PATIENCE[min(letter.tries, len(PATIENCE) - 1)]
        ended = taken or letter.tries >= len(PATIENCE)
        self.store.posted(letter.number, ended=ended, due=self.now() + wait)
        return taken


def stripe_signature(secret: str) -> Signer:
    """Stripe's scheme: when, and a keyed hash over that and the body."""

    def sign(body: str, moment: int) -> Signed:
        told = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"content-type": JSON, "stripe-signature": f"t={moment},v1={told}"}
        return body.encode(), headers

    return sign
