"""What staff are told of each other."""

from datetime import datetime

from portal.accounts.contacts.words import SITE, Said, address
from portal.i18n import gettext as _
from portal.i18n import moment


def opened(name: str, provider: str, reason: str, until: datetime) -> Said:
    subject = _("Emergency access was opened")
    body = _(
        "%(name)s opened the cases of %(provider)s in an emergency, until %(at)s. Their reason: "
        "%(reason)s",
        name=name,
        provider=provider,
        at=moment(until),
        reason=reason,
    )
    text = _("%(site)s: emergency access to %(provider)s.", site=SITE, provider=provider)
    return Said(subject, f"{body}\n", text)


def invited(token: str) -> Said:
    url = address(f"register?invitation={token}")
    body = _(
        "You are invited to work with %(site)s. Register under this e-mail address within 24 "
        "hours: %(url)s",
        site=SITE,
        url=url,
    )
    return Said(_("Your invitation to %(site)s", site=SITE), f"{body}\n", body)
