"""Signing in: how many passwords are checked, and whether time tells who has an account."""

import statistics
from dataclasses import dataclass
from itertools import count

from portal.demo.domain import ACCOUNTS
from tools.bench.controls import urlencoded
from tools.bench.house import House
from tools.bench.load import BROWSERS, Crowd, Figures, Plan, drive, request

PAGE = "/en/sign-in"
WRONG = "a bench that counts all day"
RIGHT, ASKED = 160, 200
# Answers to what fits, and to what does not.
ON, AGAIN = 302, 422


@dataclass(frozen=True)
class SigningIn:
    """Right passwords; and the median seconds of wrong ones, of known and unknown names."""

    right: Figures
    known: float
    unknown: float

    @property
    def apart(self) -> float:
        return self.known / self.unknown - 1


class Visitors:
    """People who come to the sign-in page, each from an address of their own."""

    def __init__(self, house: House) -> None:
        self.house, self.number = house, count(1)

    def post(self, contact: str, password: str) -> bytes:
        cookie, page = self.house.visitor(PAGE)
        told = dict(page.pairs) | {"contact": contact, "password": password}
        number = next(self.number)
        address = f"198.18.{number >> 8}.{number & 255}"
        body = urlencoded(list(told.items()))
        return request(self.house.here.port, PAGE, cookie, body=body, address=address)


def measure(house: House, crowd: Crowd) -> SigningIn:
    visitors = Visitors(house)
    known = [ACCOUNTS[turn % len(ACCOUNTS)] for turn in range(max(RIGHT, ASKED))]
    right = [visitors.post(one.email, one.password) for one in known[:RIGHT]]
    each = [right[start::BROWSERS] for start in range(BROWSERS)]
    figures = crowd.ask(Plan(house.here.port, each, ON))
    wrong = []
    for turn, one in enumerate(known[:ASKED]):
        wrong += [visitors.post(one.email, WRONG), visitors.post(f"no.{turn}@demo.example", WRONG)]
    spent = drive(Plan(house.here.port, [wrong], AGAIN)).spent
    return SigningIn(figures, statistics.median(spent[::2]), statistics.median(spent[1::2]))
