"""The rules of accounts: who may hold one, which passwords do, how long a session lasts.

Also what a role allows. No web here, no tables and no clock. Counting of tries is in attempts.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import Any

import phonenumbers

from portal.kernel.errors import N_, DomainError

YOUNGEST, OF_AGE, OLDEST = 13, 18, 130
SHORTEST, LONGEST = 12, 256
# A shorter word of the person's own is too likely to stand in a good password by chance.
TELLING = 4
HOME_REGION = "IN"
SPOKEN_FOR = "sanjha"
LEET = str.maketrans("@4310$57!", "aaeiossti")
TRAILING = "0123456789!?.*#@$ "


class Level(StrEnum):
    """How far the visitor behind a session has come."""

    VISITOR = "visitor"
    PASSWORD = "password"  # noqa: S105 - the first factor was shown, the second was not
    ENROLLING = "enrolling"
    SIGNED_IN = "signed_in"


class State(StrEnum):
    """An account is of use only with a second factor.

    Somebody kept has no account: others apply for them. Who is claiming makes one of that.
    """

    ENROLLING = "enrolling"
    ACTIVE = "active"
    KEPT = "kept"
    CLAIMING = "claiming"


class Role(StrEnum):
    CITIZEN = "citizen"
    OFFICER = "officer"
    INTEGRATOR = "integrator"
    ADMIN = "admin"
    OPERATOR = "operator"
    # Given by nobody: it lasts as long as the emergency does.
    EMERGENCY = "emergency"
    FINANCE = "finance"
    CASHIER = "cashier"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.CITIZEN: frozenset(),
    Role.OFFICER: frozenset({"applications.read", "applications.decide", "cases.break_glass"}),
    Role.INTEGRATOR: frozenset(
        {"providers.manage", "webhooks.manage", "interfaces.manage", "api.tokens", "oauth.clients"}
    ),
    Role.ADMIN: frozenset(
        {
            "catalogue.publish",
            "catalogue.pause",
            "people.grant",
            "oauth.approve",
            "messages.manage",
            "cases.break_glass",
        }
    ),
    Role.OPERATOR: frozenset({"delegation.assist"}),
    Role.FINANCE: frozenset({"payments.read", "payments.manage", "payments.collect"}),
    Role.CASHIER: frozenset({"payments.collect"}),
    Role.EMERGENCY: frozenset({"applications.read"}),
}
# These act for one provider and for no other; an operator's is the service centre.
FOR_A_PROVIDER = {Role.OFFICER, Role.INTEGRATOR, Role.OPERATOR, Role.CASHIER}
STAFF = (
    *(Role.OFFICER, Role.INTEGRATOR, Role.OPERATOR, Role.CASHIER),
    *(Role.FINANCE, Role.ADMIN),
)
# Until there are so many admins, the machine's command line stands for the second person.
FIRST_ADMINS = 2
CHANGE_LASTS = timedelta(days=7)
EMERGENCY_LASTS = timedelta(minutes=60)

IDLE: dict[Level, timedelta] = {
    # Nothing is at risk before the sign-in, and a long form takes its time.
    Level.VISITOR: timedelta(hours=1),
    Level.PASSWORD: timedelta(minutes=10),
    Level.ENROLLING: timedelta(minutes=15),
    Level.SIGNED_IN: timedelta(minutes=15),
}
AT_MOST, AT_MOST_STAFF = timedelta(hours=12), timedelta(hours=8)
INVITATION_LASTS = timedelta(hours=24)
ENROLMENT_LASTS = timedelta(hours=24)


class TooYoung(DomainError):
    status = 422
    message = N_(
        "You can have an account from the age of 13. Until then a parent or guardian can apply "
        "for you. We kept nothing of what you typed."
    )


class GuardianNeeded(DomainError):
    status = 422
    message = N_(
        "Ask your parent or guardian to add you under Family and to give you a joining code. "
        "Under 18 you need it to make an account."
    )


class AgeIsFixed(DomainError):
    status = 422
    message = N_(
        "This date of birth would change whether you are of age. Ask at a service centre to have "
        "it corrected."
    )


class NoContact(DomainError):
    status = 422
    message = N_("Give an e-mail address or a mobile number. You sign in with it.")


class UnfitPassword(DomainError):
    """`params["fault"]` is the sentence that says why."""

    status = 422
    message = "%(fault)s"


class RoleNeedsProvider(DomainError):
    status = 422
    message = N_("An officer or integrator works for one provider. Name it.")


class RoleHasNoProvider(DomainError):
    status = 422
    message = N_("This role is for the whole portal. Leave the provider out.")


class RoleHasNoScope(DomainError):
    status = 422
    message = N_("Only an officer's role is narrowed to an area or a category. Leave them out.")


@dataclass(frozen=True)
class Details:
    """What a person told us about themselves. `address` is an address answer."""

    name: str
    birth_date: date
    email: str | None = None
    mobile: str | None = None
    phone: str | None = None
    address: dict[str, Any] | None = None
    gender: Gender | None = None
    language: str = "en"


@dataclass(frozen=True)
class Grant:
    """One role of a person; `provider` is a slug, or None for the whole portal.

    `area` and `category` narrow what an officer sees of the provider, `post` what they work on;
    None leaves all in.
    """

    role: Role
    provider: str | None = None
    area: str | None = None
    category: str | None = None
    post: str | None = None


@dataclass(frozen=True)
class Scope:
    """What a role reaches of a provider: one category of services, an area with all in it.

    With a `post`, only the stages that are its work may be worked on; all may be read.
    """

    provider: str
    area: str | None = None
    category: str | None = None
    post: str | None = None


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def comes_of_age(born: date) -> date:
    """The day from which nobody is their guardian; 1 March for who was born on 29 February."""
    year = born.year + OF_AGE
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_of_age(born: date, today: date) -> bool:
    return today >= comes_of_age(born)


def is_plausible(born: date, today: date) -> bool:
    return 0 <= age(born, today) <= OLDEST


def check_details(details: Details, today: date) -> None:
    """Raises TooYoung, NoContact."""
    if age(details.birth_date, today) < YOUNGEST:
        raise TooYoung
    if not details.email and not details.mobile:
        raise NoContact


def check_grant(grant: Grant) -> None:
    """Raises RoleNeedsProvider, RoleHasNoProvider."""
    if grant.role in FOR_A_PROVIDER and not grant.provider:
        raise RoleNeedsProvider
    if grant.role not in FOR_A_PROVIDER and grant.provider:
        raise RoleHasNoProvider
    if (grant.area or grant.category or grant.post) and grant.role is not Role.OFFICER:
        raise RoleHasNoScope


def permissions(grants: Collection[Grant]) -> frozenset[str]:
    return frozenset().union(*(PERMISSIONS[grant.role] for grant in grants))


def providers(grants: Collection[Grant], permission: str | None = None) -> frozenset[str]:
    """The providers that these roles act for; with a permission, those it holds for."""
    return frozenset(
        grant.provider
        for grant in grants
        if grant.provider and (permission is None or permission in PERMISSIONS[grant.role])
    )


def scopes(grants: Collection[Grant], permission: str) -> frozenset[Scope]:
    """How far the permission reaches at each provider."""
    return frozenset(
        Scope(grant.provider, grant.area, grant.category, grant.post)
        for grant in grants
        if grant.provider and permission in PERMISSIONS[grant.role]
    )


def session_lasts(grants: Collection[Grant]) -> timedelta:
    """Staff see other people's data, so they sign in again sooner."""
    return AT_MOST_STAFF if permissions(grants) else AT_MOST


def mobile_number(text: str) -> str | None:
    """The number in E.164, however it was typed; None when it is none."""
    try:
        number = phonenumbers.parse(text, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def contact(text: str) -> str:
    """One spelling of an e-mail address or mobile number."""
    if "@" in text:
        return text.strip().casefold()
    return mobile_number(text) or text.strip()


def neighbourhood(address: str) -> str:
    """What tries are counted for: one home has a whole /64 of IPv6 addresses."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4 or known.ipv4_mapped:
        return str(known)
    return str(ip_network((known, 64), strict=False))


def normal(password: str) -> str:
    """One spelling for what looks the same, since keyboards differ (RFC 8265)."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, details: Details, common: Collection[str]) -> str | None:
    """The sentence that says why this password will not do, None when it will.

    NIST SP 800-63B-4: length and a list of known ones, no rules of composition.
    """
    plain = normal(password)
    if len(plain) < SHORTEST:
        return N_("Use at least 12 characters. Four words in a row are easy to remember.")
    if len(plain) > LONGEST:
        return N_("Use at most 256 characters.")
    if _is_common(plain.casefold(), common):
        return N_("Many people use this password, so it is guessed first. Choose another.")
    if any(word in plain.casefold() for word in own_words(details)):
        return N_("Leave your name, e-mail, number and the name of this site out of the password.")
    return None


def own_words(details: Details) -> set[str]:
    """What somebody who knows the person would try."""
    words = {SPOKEN_FOR, *re.split(r"[\W_]+", details.name.casefold())}
    if details.email:
        words |= {details.email.casefold(), details.email.casefold().partition("@")[0]}
    if details.mobile:
        words |= {details.mobile, details.mobile[-10:]}
    return {word for word in words if len(word) >= TELLING}


def _is_common(password: str, common: Collection[str]) -> bool:
    bare = password.rstrip(TRAILING)
    spellings = {password, bare, password.translate(LEET), bare.translate(LEET)}
    return not spellings.isdisjoint(common) or _repeats(password) or _climbs(password)


def _repeats(password: str) -> bool:
    """A short piece over and over, such as abcabcabcabc."""
    return any(
        password == (password[:size] * len(password))[: len(password)] for size in range(1, 5)
    )


def _climbs(password: str) -> bool:
    """Each character follows the one before it, such as 456789012345 or lkjihgfedcba."""
    pairs = pairwise(password)
    steps = {ord(right) - ord(left) for left, right in pairs}
    # After 9 comes 0, so a step over the end of the digits counts as the same step.
    around = {(step + 1) % 10 - 1 for step in steps} if password.isdigit() else steps
    return around in ({1}, {-1})


def digits(text: str) -> str:
    """The digits of a typed code in Latin script, whatever stood between them."""
    return "".join(str(unicodedata.decimal(one)) for one in text if one.isdecimal())
