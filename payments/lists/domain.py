"""Accounts that money can be sent to, and lists of it. No web here, and no tables."""

import re
from enum import StrEnum

from stdnum import iban
from stdnum.exceptions import ValidationError

from payments.disbursement import Account
from portal.kernel.errors import N_, Conflict, DomainError, NotFound


class ListState(StrEnum):
    PREPARED = "prepared"
    APPROVED = "approved"
    DROPPED = "dropped"


class LineState(StrEnum):
    """`waiting` until the bank says that it sent the money, or will not."""

    WAITING = "waiting"
    SENT = "sent"
    REJECTED = "rejected"
    DROPPED = "dropped"


INDIA, PAKISTAN = "INR", "PKR"
IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
INDIAN_ACCOUNT = re.compile(r"[0-9]{9,18}")
# The last characters of a number, by which its holder knows it again.
SHOWN = 4


class WrongBranch(DomainError):
    status = 422
    message = N_("Enter the IFSC of the branch, such as SBIN0001234. It stands in the passbook.")


class WrongNumber(DomainError):
    status = 422
    message = N_("Enter the account number: 9 to 18 figures. It stands in the passbook.")


class WrongIban(DomainError):
    status = 422
    message = N_("Check the IBAN, character by character: PK, two figures, and 20 more characters.")


class NoSuchList(NotFound):
    message = N_("There is no such list, or somebody decided on it already.")


class NothingToSend(Conflict):
    message = N_("Nothing waits that can be sent now.")


class NoSource(Conflict):
    message = N_("No account of ours is declared for this currency. Ask the operator.")


class YourOwnList(Conflict):
    message = N_("You prepared this list, so another person approves it.")


class BeingSent(Conflict):
    message = N_("The money is on its way already, so its account cannot change.")


class NotApproved(Conflict):
    message = N_("This list is not approved, so there is no file of it.")


class AnotherList(Conflict):
    message = N_("This file speaks of another list: %(number)s. Nothing was changed.")


def account(currency: str, holder: str, number: str, branch: str = "") -> Account:
    """Checked by what banks of the country give out.

    Raises WrongBranch, WrongNumber, WrongIban.
    """
    plain = re.sub(r"[\s-]", "", number).upper()
    if currency == INDIA:
        code = re.sub(r"\s", "", branch).upper()
        if not IFSC.fullmatch(code):
            raise WrongBranch
        if not INDIAN_ACCOUNT.fullmatch(plain):
            raise WrongNumber
        return Account(holder, plain, code)
    try:
        checked = iban.validate(plain)
    except ValidationError as error:
        raise WrongIban from error
    if currency == PAKISTAN and not checked.startswith("PK"):
        raise WrongIban
    return Account(holder, checked)


def masked(number: str) -> str:
    """Such as …4321."""
    return f"…{number[-SHOWN:]}"
