"""How a refused answer of an identity provider is told and recorded."""

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.accounts.domain import TooYoung
from portal.accounts.views import entry
from portal.federation import service
from portal.federation.domain import AlreadyLinked, SignInRefused, TakenIdentity
from portal.i18n import gettext as _
from portal.i18n import say
from portal.kernel.errors import DomainError

CODES: Mapping[type[DomainError], str] = {
    TakenIdentity: "IDENTITY_TAKEN",
    AlreadyLinked: "ALREADY_LINKED",
    TooYoung: "TOO_YOUNG",
}


def refusal(slug: str, refused: DomainError) -> ResponseReturnValue:
    """One sentence, and a record of the reason; nobody is signed in."""
    title = say(service.provider(slug).title)
    if isinstance(refused, SignInRefused):
        code, said = refused.code, refused.sentence
    else:
        code, said = CODES[type(refused)], refused.message
    service.refused(slug, code, address=entry.address())
    sentence = _(said, title=title)
    page = render_template("federation/refused.html", slug=slug, sentence=sentence)
    return page, refused.status
