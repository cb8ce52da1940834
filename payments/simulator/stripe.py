"""Stripe's part that we use, played: Checkout Sessions, intents, refunds and events.

Written after Stripe's public reference, not after its code: a session is paid on its page, an
intent is what was taken, and each change is told as an event.
"""

from collections.abc import Mapping
from typing import Any

from payments.simulator.world import World

HALF_AN_HOUR, A_DAY, A_WEEK = 30 * 60, 24 * 3600, 7 * 24 * 3600
PARAMS = frozenset(
    (
        *("adaptive_pricing", "cancel_url", "client_reference_id", "expand", "expires_at"),
        *("line_items", "locale", "metadata", "mode", "payment_intent_data", "success_url"),
    )
)
WHOLE_HUNDREDS = ("isk", "ugx")
WHOLE_TENS = ("bhd", "jod", "kwd", "omr", "tnd")
CHOICES = ("pay", "decline", "slowly", "fail", "leave")
SESSION, INTENT, REFUND, EVENT, DISPUTE = (
    *("checkout.session", "payment_intent", "refund"),
    *("event", "dispute"),
)
Thing = dict[str, Any]


class Refused(Exception):
    """An error as Stripe words it: its type, code and parameter."""

    def __init__(self, message: str, *, status: int = 400, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.told = {"type": "invalid_request_error", "message": message, **more}


class Stripe:
    """The company. `notify` is the address of its one endpoint."""

    def __init__(self, world: World, notify: str) -> None:
        self.world, self.notify = world, notify
        self.store = world.store

    # --- Sessions -------------------------------------------------------------------------------

    def create_session(self, asked: Mapping[str, Any]) -> Thing:
        now = self.world.now()
        if unknown := sorted(set(asked) - PARAMS):
            raise Refused(f"Received unknown parameter: {unknown[0]}", code="parameter_unknown")
        if asked.get("mode") != "payment" or not asked.get("success_url"):
            raise Refused("Only mode=payment with a success_url is played.", param="mode")
        amount, currency = _price(asked)
        ends = int(asked.get("expires_at") or now + A_DAY)
        if not now + HALF_AN_HOUR <= ends <= now + A_DAY:
            words = "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours"
            raise Refused(f"{words} from Checkout Session creation.", param="expires_at")
        number = self.world.name("cs_test")
        session = {
            "id": number,
            "object": SESSION,
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": asked.get("cancel_url"),
            "client_reference_id": asked.get("client_reference_id"),
            "created": now,
            "currency": currency,
            "expires_at": ends,
            "livemode": False,
            "locale": asked.get("locale"),
            "metadata": asked.get("metadata", {}),
            "mode": "payment",
            "payment_intent": None,
            "payment_method_types": ["card"],
            "payment_status": "unpaid",
            "status": "open",
            "success_url": asked["success_url"],
            "url": f"{self.world.base}/pay/{number}",
        }
        self.store.put(SESSION, session)
        self.store.put("words", {"id": f"words {number}", **_words(asked)})
        return session

    def session(self, number: str) -> Thing:
        """As it is now: one whose time is over has ended."""
        session = self._found(SESSION, number)
        if session["status"] == "open" and session["expires_at"] <= self.world.now():
            return self._over(session)
        return session

    def sessions(self) -> list[Thing]:
        """The newest first."""
        return [self.session(one["id"]) for one in reversed(self.store.all(SESSION))]

    def expire(self, number: str) -> Thing:
        session = self.session(number)
        if session["status"] != "open":
            raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
        return self._expired(session)

    def title(self, number: str) -> str:
        """What its page says that it is for."""
        return str(self._found("words", f"words {number}")["title"])

    def of_reference(self, reference: str) -> Thing:
        """The newest session of a merchant's reference."""
        for session in self.sessions():
            if session["client_reference_id"] == reference:
                return session
        raise Refused(f"No session of {reference}", status=404)

    # --- What a person does on the page ---------------------------------------------------------

    def choose(self, number: str, choice: str) -> Thing:
        """Raises Refused when it is over, or for another choice."""
        session = self.session(number)
        if choice not in CHOICES:
            raise Refused(f"Choose one of {', '.join(CHOICES)}.")
        if choice == "leave":
            return session
        if session["status"] != "open":
            raise Refused("This session is over.", status=409)
        if choice == "pay":
            return self._paid(session)
        if choice == "decline":
            return self._declined(session)
        return self._processing(session, "succeeded" if choice == "slowly" else "failed")

    def tick(self) -> None:
        """What happens by itself: banks answer, sessions end, refunds arrive."""
        now = self.world.now()
        for intent in self.store.all(INTENT):
            if intent["status"] == "processing" and intent["settles"]["at"] <= now:
                self._settled(intent)
        for session in self.store.all(SESSION):
            self.session(session["id"])
        for one in self.store.all(REFUND):
            if one["status"] == "pending" and one["created"] + self.world.slow <= now:
                self.store.put(REFUND, one | {"status": "succeeded"})
                self._event("refund.updated", one | {"status": "succeeded"})

    def _paid(self, session: Thing) -> Thing:
        intent = self._intent(session, "succeeded")
        done = self._completed(session, intent, "paid")
        if self.world.faults.strikes("dispute", _about(session)):
            self._disputed(intent)
        return done

    def _declined(self, session: Thing) -> Thing:
        """The page stays, and another card may do."""
        told = {"type": "card_error", "code": "card_declined", "message": "It was declined."}
        intent = self._intent(session, "requires_payment_method", last_payment_error=told)
        self._event("payment_intent.payment_failed", intent)
        changed = session | {"payment_intent": intent["id"]}
        self.store.put(SESSION, changed)
        return changed

    def _processing(self, session: Thing, ends: str) -> Thing:
        settles = {"at": self.world.now() + self.world.slow, "as": ends, "session": session["id"]}
        intent = self._intent(session, "processing", settles=settles)
        return self._completed(session, intent, "unpaid")

    def _settled(self, intent: Thing) -> None:
        session = self._found(SESSION, intent["settles"]["session"])
        if intent["settles"]["as"] == "succeeded":
            done = intent | {"status": "succeeded", "amount_received": intent["amount"]}
            session |= {"payment_status": "paid"}
        else:
            told = {"type": "card_error", "code": "payment_method_provider_decline"}
            done = intent | {"status": "requires_payment_method", "last_payment_error": told}
        self.store.put(INTENT, done)
        self.store.put(SESSION, session)
        self._event(f"checkout.session.async_payment_{intent['settles']['as']}", session)

    def _completed(self, session: Thing, intent: Thing, payment_status: str) -> Thing:
        done = session | {
            "payment_intent": intent["id"],
            "payment_status": payment_status,
            "status": "complete",
            "url": None,
        }
        self.store.put(SESSION, done)
        self._event("checkout.session.completed", done)
        return done

    def _intent(self, session: Thing, status: str, **more: Any) -> Thing:
        before = self.store.get(INTENT, session["payment_intent"] or "")
        intent = {
            "id": before["id"] if before else self.world.name("pi"),
            "object": INTENT,
            "amount": session["amount_total"],
            "amount_received": session["amount_total"] if status == "succeeded" else 0,
            "created": self.world.now(),
            "currency": session["currency"],
            "last_payment_error": None,
            "latest_charge": self.world.name("ch"),
            "livemode": False,
            "status": status,
            **self._found("words", f"words {session['id']}")["intent"],
            **more,
        }
        self.store.put(INTENT, intent)
        return intent

    def _over(self, session: Thing) -> Thing:
        if self.world.faults.strikes("late", _about(session)):
            return self._paid(session)
        return self._expired(session)

    def _expired(self, session: Thing) -> Thing:
        done = session | {"status": "expired", "url": None}
        self.store.put(SESSION, done)
        self._event("checkout.session.expired", done)
        return done

    def _disputed(self, intent: Thing) -> Thing:
        dispute = {
            "id": self.world.name("dp"),
            "object": DISPUTE,
            "amount": intent["amount"],
            "charge": intent["latest_charge"],
            "created": self.world.now(),
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "evidence_details": {"due_by": self.world.now() + A_WEEK, "has_evidence": False},
            "reason": "fraudulent",
            "status": "needs_response",
        }
        self.store.put(DISPUTE, dispute)
        self._event("charge.dispute.created", dispute)
        return dispute

    def dispute(self, number: str) -> Thing:
        return self._found(DISPUTE, number)

    def let_dispute(self, reference: str, act: str) -> Thing:
        """The card's holder opens a dispute of what was paid, and the bank says: won or lost."""
        intent = self.intent(self.of_reference(reference)["payment_intent"] or "")
        if act == "open":
            return self._disputed(intent)
        if act not in ("won", "lost"):
            raise Refused("A dispute is opened, won or lost.")
        [dispute] = [
            one for one in self.store.all(DISPUTE) if one["payment_intent"] == intent["id"]
        ]
        done = dispute | {"status": act}
        self.store.put(DISPUTE, done)
        self._event("charge.dispute.closed", done)
        return done

    # --- Intents, refunds, events ---------------------------------------------------------------

    def intent(self, number: str) -> Thing:
        return self._found(INTENT, number)

    def charge(self, intent: Thing, *, whole: bool = False) -> Thing:
        """What was taken, and how much of it has gone back; `whole` names what it cost, too."""
        back = sum(
            one["amount"] for one in self.refunds(intent["id"]) if one["status"] == "succeeded"
        )
        return {
            "id": intent["latest_charge"],
            "object": "charge",
            "amount": intent["amount"],
            "amount_refunded": back,
            "balance_transaction": self._cost(intent) if whole else f"txn_{intent['id']}",
            "currency": intent["currency"],
        }

    def _cost(self, intent: Thing) -> Thing:
        """What the company keeps: two of a hundred, and no less than one of the smallest coin."""
        fee = max(1, intent["amount"] // 50)
        return {
            "id": f"txn_{intent['id']}",
            "object": "balance_transaction",
            "amount": intent["amount"],
            "fee": fee,
            "net": intent["amount"] - fee,
            "currency": intent["currency"],
        }

    def create_refund(self, asked: Mapping[str, Any]) -> Thing:
        intent = self.intent(str(asked.get("payment_intent", "")))
        if intent["status"] != "succeeded":
            raise Refused("This PaymentIntent does not have a successful charge to refund.")
        left = intent["amount_received"] - sum(
            one["amount"] for one in self.refunds(intent["id"]) if one["status"] != "failed"
        )
        amount = int(asked.get("amount") or left)
        if left == 0:
            raise Refused("The charge has been refunded.", code="charge_already_refunded")
        if not 0 < amount <= left:
            raise Refused("Refund amount is greater than unrefunded amount.", param="amount")
        slow = self.world.faults.strikes("slow_refund", intent["id"])
        refund = {
            "id": self.world.name("re"),
            "object": REFUND,
            "amount": amount,
            "charge": intent["latest_charge"],
            "created": self.world.now(),
            "currency": intent["currency"],
            "metadata": asked.get("metadata", {}),
            "payment_intent": intent["id"],
            "status": "pending" if slow else "succeeded",
        }
        self.store.put(REFUND, refund)
        self._event("refund.created", refund)
        return refund

    def refund(self, number: str) -> Thing:
        return self._found(REFUND, number)

    def refunds(self, intent: str | None = None) -> list[Thing]:
        """The newest first."""
        return [
            one
            for one in reversed(self.store.all(REFUND))
            if intent in (None, one["payment_intent"])
        ]

    def events(self) -> list[Thing]:
        return self.store.all(EVENT)[::-1]

    def event(self, number: str) -> Thing:
        return self._found(EVENT, number)

    def _event(self, kind: str, thing: Thing) -> None:
        event = {
            "id": self.world.name("evt"),
            "object": EVENT,
            "api_version": "2026-10-28.endive",
            "created": self.world.now(),
            "data": {"object": {name: each for name, each in thing.items() if name != "settles"}},
            "livemode": False,
            "type": kind,
        }
        self.store.put(EVENT, event)
        about = f"{kind} {thing.get('client_reference_id') or thing['id']}"
        self.world.tell("stripe", self.notify, event, about)

    def _found(self, kind: str, number: str) -> Thing:
        thing = self.store.get(kind, number)
        if thing is None:
            raise Refused(
                f"No such {kind}: '{number}'", status=404, code="resource_missing", param="id"
            )
        return thing


def _about(session: Thing) -> str:
    return str(session["client_reference_id"] or session["id"])


def _words(asked: Mapping[str, Any]) -> Thing:
    """What the page says, and what the intent will carry."""
    told = asked.get("payment_intent_data", {})
    return {
        "title": asked["line_items"]["0"]["price_data"]["product_data"]["name"],
        "intent": {
            "description": told.get("description"),
            "metadata": told.get("metadata", {}),
        },
    }


def _price(asked: Mapping[str, Any]) -> tuple[int, str]:
    """Raises Refused."""
    try:
        item = asked["line_items"]["0"]
        price = item["price_data"]
        amount = int(price["unit_amount"]) * int(item["quantity"])
        currency = str(price["currency"])
        named = str(price["product_data"]["name"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            "line_items[0] needs a quantity and price_data.", param="line_items"
        ) from error
    if amount <= 0 or len(currency) != 3 or not currency.islower() or not named:
        raise Refused("Invalid amount, currency or name.", param="line_items[0][price_data]")
    step = 100 if currency in WHOLE_HUNDREDS else 10 if currency in WHOLE_TENS else 1
    if amount % step:
        raise Refused(f"Amounts of {currency} end in {len(str(step)) - 1} noughts.")
    return amount, currency
