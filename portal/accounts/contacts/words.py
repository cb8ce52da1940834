"""What is said in messages about contacts. Texts fit into one SMS in English, and hold no link.

A link with a secret stands only in what is sent so that somebody opens it.
"""

from dataclasses import dataclass
from datetime import datetime

from portal.i18n import gettext as _
from portal.i18n import moment, tag
from portal.kernel.settings import current

SITE = "Sanjha"


@dataclass(frozen=True)
class Said:
    """One message, for whichever way it goes; `text` is as short as it can be."""

    subject: str
    mail: str
    text: str
    good_until: datetime | None = None


def proving(code: str, link: str, until: datetime) -> Said:
    return Said(
        _("%(digits)s is your code for %(site)s", digits=code, site=SITE),
        _letter(
            _("Type this code where you were asked for it: %(digits)s", digits=code),
            _(
                "Or open this link in the same browser: %(url)s",
                url=address(f"account/contacts/link/{link}"),
            ),
            _("Both are good for 10 minutes. You did not ask for a code? Then do nothing."),
        ),
        _(
            "%(site)s: %(digits)s is the code for your number, good for 10 minutes. "
            "Tell it to nobody.",
            digits=code,
            site=SITE,
        ),
        until,
    )


def has_account(until: datetime) -> Said:
    """To the owner, when somebody else gives their contact as theirs."""
    return Said(
        _("Somebody gave your address to %(site)s", site=SITE),
        _letter(
            _("Somebody tried to use your e-mail address for an account at %(site)s.", site=SITE),
            _("You have an account with it already, so nothing was changed."),
            _("Was it you? Then sign in: %(url)s", url=address("sign-in")),
            _("Was it not you? Then do nothing: nobody gets in by this."),
        ),
        _(
            "%(site)s: somebody tried to use this number for an account. It has one already, "
            "so nothing was changed. Was it not you? Do nothing.",
            site=SITE,
        ),
        until,
    )


def signing_in(code: str, until: datetime) -> Said:
    said = _(
        "%(site)s: %(digits)s is your code to sign in, good for 10 minutes. Tell it to nobody.",
        digits=code,
        site=SITE,
    )
    return Said(_("Your code to sign in"), said, said, until)


def releasing(code: str, until: datetime) -> Said:
    said = _(
        "%(site)s: %(digits)s shows that this number is yours now, good for 10 minutes. "
        "Tell it to nobody.",
        digits=code,
        site=SITE,
    )
    return Said(_("Your code"), said, said, until)


def number_leaves(link: str, due: datetime) -> Said:
    """To the other contacts of whoever held the number until now."""
    url = address(f"number/{link}")
    return Said(
        _("Somebody else has your mobile number now"),
        _letter(
            _(
                "Somebody has shown by a code that the mobile number of your account at %(site)s "
                "is theirs. From now on nothing is sent to it. It leaves your account on %(at)s.",
                site=SITE,
                at=moment(due),
            ),
            _("Is the number still yours? Then keep it: %(url)s", url=url),
            _("Your account stays, with everything in it."),
        ),
        _("%(site)s: your number is given to somebody else. Keep it: %(url)s", site=SITE, url=url),
        due,
    )


def number_is_free() -> Said:
    said = _("%(site)s: this number is free now. You can make an account with it.", site=SITE)
    return Said(_("Your number is free"), said, said)


def address(path: str) -> str:
    """Always at the address that the operator set, whatever a request said."""
    return f"{current().kernel.base_url}/{tag()}/{path}"


def _letter(*sentences: str) -> str:
    return "\n\n".join(sentences) + "\n"
