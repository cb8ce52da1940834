"""What is said in messages about a new password."""

from datetime import datetime

from portal.accounts.contacts.words import SITE, Said, address
from portal.i18n import gettext as _


def reset_link(token: str, until: datetime) -> Said:
    url = address(f"sign-in/forgot/{token}")
    return Said(
        _("Set a new password"),
        _letter(
            _("Open this link in the browser in which you asked for it: %(url)s", url=url),
            _("It is good for 30 minutes, and once. You are asked for your second step after it."),
            _("You did not ask for it? Then do nothing: your password stays as it is."),
        ),
        _("%(site)s: set a new password: %(url)s", site=SITE, url=url),
        until,
    )


def reset_code(code: str, until: datetime) -> Said:
    said = _(
        "%(site)s: %(digits)s is your code for a new password, good for 30 minutes. "
        "Tell it to nobody.",
        digits=code,
        site=SITE,
    )
    return Said(_("Your code for a new password"), said, said, until)


def _letter(*sentences: str) -> str:
    return "\n\n".join(sentences) + "\n"
