"""Every page's address begins with its language; this mounts pages and links their translations."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request, url_for

from portal.i18n import TAGS, direction, language, language_wanted, speak, tag
from portal.i18n.languages import NAMES
from portal.kernel.settings import current
from portal.web.access import visitor_or_none

# The order in which people read the names: Latin, then the left-to-right scripts, then the others.
SHOWN = ("en", "pa", "hi", "ur", "pa_Arab")
COOKIE = "language"


@dataclass(frozen=True)
class LanguageLink:
    tag: str
    code: str
    name: str
    dir: str
    url: str
    current: bool


def mount(app: Flask, pages: Blueprint) -> None:
    """Mount a blueprint under each language."""
    prefix = f"/<any({','.join(repr(name) for name in TAGS)}):lang>"
    app.register_blueprint(pages, url_prefix=prefix + (pages.url_prefix or ""))


def follow_language(app: Flask) -> None:
    app.url_value_preprocessor(_choose)
    app.url_defaults(_keep(app))
    app.after_request(_remember)


def wanted() -> str:
    """The language of the last visit, else of the account, else of the browser."""
    if remembered := TAGS.get(request.cookies.get(COOKIE, "")):
        return remembered
    if person := visitor_or_none():
        return person.language
    return language_wanted(request.headers.get("Accept-Language", ""))


def language_links() -> list[LanguageLink]:
    """The same page in each language; the first page where there is no such page."""
    here = _after_language()
    return [_link(code, here) for code in SHOWN]


def _link(code: str, here: str) -> LanguageLink:
    name = tag(code)
    url = f"/{name}{here}"
    return LanguageLink(name, code, NAMES[code], direction(code), url, code == language())


def _after_language() -> str:
    """What follows the language in this page's address; nothing where there is no such page."""
    rule = request.url_rule
    if rule is None or "lang" not in rule.arguments or "GET" not in (rule.methods or ()):
        return ""
    path = url_for(rule.endpoint, **(request.view_args or {}) | {"lang": tag()})
    path = path.removeprefix(f"/{tag()}")
    # Not through url_for: it would take what a visitor calls _scheme or endpoint for its own.
    asked = urlencode(list(request.args.items(multi=True)))
    return f"{path}?{asked}" if asked else path


def _choose(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    name = values.pop("lang", None) if values else None
    speak(TAGS[name] if name else wanted())


def _keep(app: Flask) -> Any:
    def keep(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and app.url_map.is_endpoint_expecting(endpoint, "lang"):
            values["lang"] = tag()

    return keep


def _remember(response: Response) -> Response:
    rule = request.url_rule
    spoken = tag()
    if rule and "lang" in rule.arguments and request.cookies.get(COOKIE) != spoken:
        response.set_cookie(
            COOKIE,
            spoken,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=current().kernel.secure,
        )
    return response
