"""What is said in messages about the ways back into an account."""

from datetime import datetime

from portal.accounts.contacts.words import SITE, Said, address
from portal.i18n import gettext as _
from portal.i18n import moment


def waiting(token: str, due: datetime) -> Said:
    """The notice with which a recovery is stopped, sent at its beginning and before its end."""
    url = address(f"account/recovery/cancel/{token}")
    return Said(
        _("Somebody wants to get into your account without your app or passkey"),
        _letter(
            _(
                "Somebody who knows your password said that they have no passkey, app or recovery "
                "code any more. On %(at)s we send a link to set up new ones.",
                at=moment(due),
            ),
            _("Was it you? Then wait for the link."),
            _("Was it not you, or is it not needed any more? Stop it here: %(url)s", url=url),
        ),
        _("%(site)s: your account is being recovered. Stop it: %(url)s", site=SITE, url=url),
        due,
    )


def opened(token: str, ends: datetime) -> Said:
    url = address(f"sign-in/recover/{token}")
    return Said(
        _("Set up a new way to sign in"),
        _letter(
            _("The wait is over. Open this link and type your password: %(url)s", url=url),
            _("It is good until %(at)s, and once.", at=moment(ends)),
            _("You did not ask for it? Then sign in, which stops it, and change your password."),
        ),
        _("%(site)s: set up your sign-in anew: %(url)s", site=SITE, url=url),
        ends,
    )


def _letter(*sentences: str) -> str:
    return "\n\n".join(sentences) + "\n"
