"""Every message as it would be said, for whoever looks after the words. Nobody's data are in it."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from portal.i18n import gettext as _
from portal.notifications import words
from portal.notifications.domain import Words
from portal.notifications.money import service as paying
from portal.notifications.money import words as money
from portal.notifications.telling import words as around

REFERENCE, CLAIM = "SNJ-0000-0000", "SNJC-0000-0000"
NOBODY = UUID(int=0)
Sample = tuple[str, Callable[[], Words]]


def samples() -> Mapping[str, Sample]:
    """Name -> the kind that it goes by, and its words in the language spoken when asked."""
    found: dict[str, Sample] = {
        happened: (words.kind_of(happened), partial(_of_application, happened))
        for happened in words.SAID
    }
    for state in money.CLAIMS:
        say = partial(money.of_claim, state, CLAIM, f"pay/claims/{NOBODY}")
        found[f"claim_{state}"] = paying.CLAIMS, say
    receipt = partial(money.of_receipt, "2026-000001", "₹150", f"pay/{NOBODY}/receipt")
    found["receipt"] = paying.RECEIPTS, receipt
    account = partial(money.of_account, "SNJP-0000-0000", f"pay/{NOBODY}/account")
    found["account"] = paying.REFUNDS, account
    found["reminder"] = "reminders", _reminder
    found["returned"] = "security", around.of_return
    return found


def _of_application(happened: str) -> Words:
    return words.said(happened, REFERENCE, _("Service"), f"applications/{REFERENCE}")


def _reminder() -> Words:
    title = _("Renew: %(service)s", service=_("Service"))
    body, short = _("What was issued to you ends then."), _("Something of yours falls due.")
    return Words(title, body, short, "inbox/coming-up")
