"""What stands around the words of a message, by the way that it goes."""

from collections.abc import Sequence

from portal.i18n import gettext as _
from portal.i18n import ngettext, tag
from portal.kernel.room import Notice
from portal.kernel.settings import current
from portal.notifications.domain import Words

SITE = "Sanjha"


def url(path: str) -> str:
    return f"{current().kernel.base_url}/{tag()}/{path}"


def letter(words: Words, kind: Notice, leave: str | None) -> str:
    see = _("See it: %(url)s", url=url(words.path))
    return f"{words.body}\n\n{see}\n\n{ending(kind, leave)}\n"


def ending(kind: Notice, leave: str | None) -> str:
    """Why somebody is written to, and how it stops."""
    if leave is None:
        always = _("Such messages are always sent.")
        return f"{_(kind.why)} {always}"
    stop = _("To stop e-mails like this, open: %(url)s", url=url(f"opt-out/{leave}"))
    return f"{_(kind.why)}\n\n{stop}"


def text(words: Words, leave: str | None) -> str:
    """A text message is read over shoulders: that there is something, and where."""
    said = f"{SITE}: {words.short} {url(words.path)}"
    if leave is None:
        return said
    stop = _("Stop: %(url)s", url=leave)
    return f"{said} {stop}"


def of_return() -> Words:
    """No address stands in it: which one it is, the page says."""
    return Words(
        _("A mail to you came back"),
        _("A mail to your e-mail address could not be delivered. Check your contacts."),
        _("A mail to you came back."),
        "account/contacts",
    )


def bundle(many: Sequence[Words]) -> Words:
    """Several messages as one."""
    title = ngettext("%(n)s message for you", "%(n)s messages for you", len(many))
    parts = (f"{one.title}\n{one.body}\n{url(one.path)}" for one in many)
    return Words(title, "\n\n".join(parts), f"{title}.", "inbox")
