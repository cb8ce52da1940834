"""What a warning says, in the language that is spoken now."""

from portal.accounts.alarms.domain import KINDS, OTHER, WARNINGS
from portal.accounts.contacts.words import SITE, Said, address
from portal.i18n import gettext as _


def said(what: str, about: dict[str, str], token: str) -> Said:
    """The message of one warning; a text message holds no more than its subject and the link."""
    known = WARNINGS.get(what, OTHER)
    told = {name: _(KINDS[one]) if one in KINDS else one for name, one in about.items()}
    subject, body = _(known.subject), _(known.body, **{"device": "-", "kind": "-", **told})
    if not known.has_link:
        return Said(subject, f"{body}\n", f"{SITE}: {subject}.")
    url = address(f"account/not-me/{token}")
    sentences = (
        body,
        _("Was it you? Then there is nothing to do."),
        _("Was it not you? Open this link, good for 7 days: %(url)s", url=url),
        _("No officer ever asks for your password or your codes."),
    )
    short = _("%(site)s: %(what)s. Not you? %(url)s", site=SITE, what=subject, url=url)
    return Said(subject, "\n\n".join(sentences) + "\n", short)
