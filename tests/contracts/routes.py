"""Every route of the house, with an address that leads somewhere."""

import contextvars
import re
from uuid import UUID

from flask.testing import FlaskClient

from portal.web.access import declared

CHANGING = ("POST", "PUT", "PATCH", "DELETE")
VALUES = {
    "provider": "revenue",
    "name": "income-certificate",
    "service": "income-certificate",
    "slug": "you",
    "step": "you",
    "area": "provider",
    "spoken": "en",
    "token": "unknown",
    "code": "unknown",
    "endpoint": "revenue",
    "provider_slug": "revenue",
    "number": "1",
    "act": "replay",
    "kind": "email",
    "paper": "D-0000-0000-0000-0000",
}
NOBODY = UUID(int=7)


class Plain(FlaskClient):
    """A browser that does not judge pages, as other tests do; it shares nothing with the test."""

    def open(self, *args, **kwargs):
        return contextvars.Context().run(super().open, *args, **kwargs)


def plain(app, client=None):
    """A plain browser with the cookies of another."""
    made = Plain(app, app.response_class, use_cookies=True)
    if client is not None and (cookie := client.get_cookie("session")):
        made.set_cookie("session", cookie.value)
    return made


def rules(app):
    """Each rule but the static ones, with what its view declares."""
    access = declared(app)
    return [(rule, access[rule.endpoint]) for rule in app.url_map.iter_rules()]


def is_page(rule):
    return "lang" in rule.arguments


def address(rule, *, lang="en", **more):
    """The path of a rule, with values that are there where they can be."""
    values = {**VALUES, **more, "lang": lang}

    def fill(found):
        kind, _, name = found[1].rpartition(":")
        return str(values.get(name, NOBODY if kind == "uuid" else "unknown"))

    return re.sub(r"<(?P<it>[^>]+)>", fill, _without_any(rule.rule, lang))


def _without_any(rule, lang):
    return re.sub(r"<any\([^)]*\):lang>", lang, rule)


def token_of(client):
    """A CSRF token of this browser's session."""
    for path in ("/en/sign-in", "/en/applications", "/en/account/security"):
        found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).data)
        if found:
            return found[1].decode()
    raise AssertionError("no page has a form")
