"""A company with a page that a signed form leads to, played as an operator declares it.

It reads the same declaration as the portal does, and works its hashes out by itself.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from payments.simulator.stripe import Refused
from payments.simulator.world import JSON, Signed, World

ORDER, RETURN = "order", "return"
BECOMES = {
    "pay": "succeeded",
    "hold": "authorised",
    "decline": "failed",
    "slowly": "pending",
    "fail": "pending",
}
Thing = dict[str, Any]


class Company:
    """`told` is the declaration. An order is open from when a browser brings its form."""

    def __init__(self, world: World, told: Mapping[str, Any]) -> None:
        self.world, self.told, self.store = world, told, world.store
        world.signers["redirect"] = self._stamped
        self.answer, self.refund = told["answer"], told.get("refund")

    def path(self, message: str) -> str:
        """Where it takes a message, on its own host."""
        return urlsplit(str(self._how(message)["url"])).path

    def take(self, fields: Mapping[str, str]) -> Thing:
        """A form that a browser brought. Raises Refused."""
        self._check("start", fields)
        number = self._of("start", fields, "reference")
        known = self.store.get(ORDER, number)
        if known is not None:
            return known
        order = {
            "id": number,
            "number": self.world.name("TXN"),
            "state": "open",
            "amount": self._of("start", fields, "amount") or self._of("start", fields, "minor"),
            "currency": self._of("start", fields, "currency") or self.told["currencies"][0],
            "title": self._of("start", fields, "title"),
            "return_url": self._of("start", fields, "return_url"),
            "notice_url": self._of("start", fields, "notice_url"),
            "taken": self.world.now(),
        }
        self.store.put(ORDER, order)
        return order

    def is_known(self, number: str) -> bool:
        return self.store.get(ORDER, number) is not None

    def order(self, number: str) -> Thing:
        order = self.store.get(ORDER, number)
        if order is None:
            raise Refused("There is no such order.", status=404)
        return order

    def choose(self, number: str, choice: str) -> Thing:
        """What a person presses on its page. Raises Refused."""
        order = self.order(number)
        if choice == "leave":
            return order
        if choice not in BECOMES or order["state"] != "open":
            raise Refused("This order is over.", status=409)
        settles = {"at": self.world.now() + self.world.slow, "ok": choice == "slowly"}
        return self._become(order | {"settles": settles}, BECOMES[choice])

    def capture(self, fields: Mapping[str, str]) -> Thing:
        """Take what was held; asked twice, it is taken once. Raises Refused."""
        self._check("capture", fields)
        order = self.order(self._of("capture", fields, "reference"))
        if order["state"] == "authorised":
            order = self._become(order, "succeeded")
        return _laid_out(self._said(order))

    def let_dispute(self, number: str, act: str) -> Thing:
        """What the payer's bank does: open, won or lost. Raises Refused."""
        order = self.order(number)
        if order["state"] != "succeeded" or act not in self.answer.get("disputes", {}).values():
            raise Refused("It knows of no such dispute.", status=409)
        return self._become(order | {"disputed": act}, order["state"])

    def tick(self) -> None:
        """Slow banks answer, and forms that nobody went on with end."""
        now = self.world.now()
        for order in self.store.all(ORDER):
            if order["state"] == "pending" and order["settles"]["at"] <= now:
                self._become(order, "succeeded" if order["settles"]["ok"] else "failed")
            if order["state"] == "open" and order["taken"] + 45 * 60 <= now:
                late = self.world.faults.strikes("late", order["id"])
                self._become(order, "succeeded" if late else "expired")

    def query(self, fields: Mapping[str, str]) -> Thing:
        """How an order stands. Raises Refused."""
        self._check("query", fields)
        self.tick()
        order = self.store.get(ORDER, self._of("query", fields, "reference"))
        if order is None:
            return _laid_out({self.answer["status"]: self._word("unknown")})
        return _laid_out(self._said(order))

    def give_back(self, fields: Mapping[str, str]) -> Thing:
        """Money back, once for each number of the merchant. Raises Refused."""
        how = self.refund
        if how is None:
            raise Refused("It gives nothing back.", status=404)
        self._check("refund", fields)
        once = self._of("refund", fields, "refund")
        made = self.store.get(RETURN, once) or self._returned(once, fields)
        word = _word_of(how["words"], "failed" if made["code"] else "succeeded")
        said = {how["number"]: made["number"], how["status"]: word}
        return _laid_out(said | ({how["code"]: made["code"]} if how.get("code") else {}))

    def _returned(self, once: str, fields: Mapping[str, str]) -> Thing:
        order = self.order(self._of("refund", fields, "reference"))
        back = self._of("refund", fields, "amount") or self._of("refund", fields, "minor")
        gone = sum(
            _hundredths(one["amount"]) for one in self.store.all(RETURN) if one["of"] == order["id"]
        )
        too_much = gone + _hundredths(back) > _hundredths(order["amount"])
        made = {
            "id": once,
            "of": order["id"],
            "number": self.world.name("RFN"),
            "amount": back,
            "code": "TOO_MUCH" if too_much or order["state"] != "succeeded" else "",
        }
        if not made["code"]:
            self.store.put(RETURN, made)
        return made

    def _become(self, order: Thing, state: str) -> Thing:
        done = order | {"state": state}
        self.store.put(ORDER, done)
        about = f"{order['id']} {done.get('disputed') or state}"
        self.world.tell("redirect", done["notice_url"], self._said(done), about)
        return done

    def _stamped(self, body: str, moment: int) -> Signed:
        """A notice as it goes out: with when, if it says that, and its hash."""
        how, said = self.told.get("notice", {}), json.loads(body)
        if how.get("time"):
            said[how["time"]] = str(moment)
        said[self.told["sign"]["field"]] = self.sign(said, how.get("over"))
        return json.dumps(said).encode(), {"content-type": JSON}

    def _said(self, order: Thing) -> dict[str, str]:
        how = self.answer
        said = {
            how["order"]: order["id"],
            how["number"]: order["number"],
            how["status"]: self._how_it_stands(order),
            how["amount"]: order["amount"],
        }
        if how.get("currency"):
            said[how["currency"]] = order["currency"]
        if how.get("code") and order["state"] == "failed":
            said[how["code"]] = "BANK_DECLINED"
        return said

    def sign(self, fields: Mapping[str, str], over: list[str] | None) -> str:
        """The hash as the declaration words it."""
        how = self.told["sign"]
        field, pairs = how["field"], how.get("write", "values") == "pairs"
        names = over or sorted(name for name in fields if name != field and fields[name])
        said = [
            f"{name}={fields.get(name, '')}" if pairs else fields.get(name, "") for name in names
        ]
        key = str(self.told["key"])
        line = how.get("separator", "|").join(([key] if how.get("key_first") else []) + said)
        kind = hashlib.sha512 if how["hash"].endswith("512") else hashlib.sha256
        made = hmac.new(key.encode(), line.encode(), kind)
        if how.get("letters") == "base64":
            return base64.b64encode(made.digest()).decode()
        told = made.hexdigest()
        return told.upper() if how.get("letters") == "upper" else told

    def _how(self, message: str) -> Mapping[str, Any]:
        how = self.told[message]
        return dict(how.get("ask", how))

    def _check(self, message: str, fields: Mapping[str, str]) -> None:
        how = self._how(message)
        brought = fields.get(self.told["sign"]["field"], "")
        if not hmac.compare_digest(brought.encode(), self.sign(fields, how.get("over")).encode()):
            raise Refused("The hash does not fit.", status=403)

    def _of(self, message: str, fields: Mapping[str, str], place: str) -> str:
        """What the portal filled a place with, whatever the field is called."""
        how = self._how(message)
        names = (name for name, text in how["fields"].items() if text.strip() == f"{{{place}}}")
        return fields.get(next(names, ""), "")

    def _how_it_stands(self, order: Thing) -> str:
        if order.get("disputed"):
            return _word_of(self.answer["disputes"], order["disputed"])
        return self._word(order["state"])

    def _word(self, state: str) -> str:
        return _word_of(self.answer["words"], state)


def _word_of(words: Mapping[str, str], state: str) -> str:
    """Its word for a state; the state's own name where it has none."""
    return next((word for word, means in words.items() if means == state), state)


def _hundredths(amount: str) -> int:
    whole, _, rest = amount.partition(".")
    return int(whole) * 1000 + int((rest + "000")[:3])


def _laid_out(said: Mapping[str, str]) -> Thing:
    """`data.order` as {"data": {"order": …}}."""
    made: Thing = {}
    for name, value in said.items():
        *way, last = name.split(".")
        place = made
        for part in way:
            place = place.setdefault(part, {})
        place[last] = value
    return made
