"""What every template may use: words, figures, links, the visitor and the menus."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask, request, url_for
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup

from portal import i18n
from portal.kernel.keys import keyed_hash
from portal.kernel.room import MenuItem, Room, WayIn
from portal.web import access, sendable
from portal.web.assets import asset
from portal.web.languages import language_links


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    icon: str
    current: bool
    count: int


def furnish(app: Flask, rooms: tuple[Room, ...]) -> None:
    """Give templates their filters and globals."""
    items = sorted((item for room in rooms for item in room.menu), key=lambda item: item.order)

    def nav(shell: str) -> list[Link]:
        return [_link(item) for item in items if item.shell == shell and _shown(item)]

    def ways_in() -> list[WayIn]:
        return [way for room in rooms for ways in room.ways_in for way in ways()]

    def banners() -> list[Markup]:
        return [told for room in rooms for banner in room.banners if (told := banner())]

    def beside(thing: str, thing_id: UUID) -> list[Markup]:
        panels = (room.beside[thing] for room in rooms if thing in room.beside)
        return [told for panel in panels if (told := panel(thing_id))]

    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters |= {
        "say": i18n.say,
        "day": i18n.day,
        "moment": i18n.moment,
        "number": i18n.number,
        "money": i18n.money,
        "file_size": i18n.file_size,
        "listed": i18n.listed,
        "ltr": ltr,
    }
    environment.globals |= {
        "_": i18n.gettext,
        "ngettext": i18n.ngettext,
        "language": i18n.language,
        "tag": i18n.tag,
        "direction": i18n.direction,
        "language_links": language_links,
        "asset": asset,
        "nav": nav,
        "ways_in": ways_in,
        "banners": banners,
        "beside": beside,
        "can": access.can,
        "csrf": csrf,
        "device_owner": device_owner,
        "sendable": sendable.sendable,
    }
    app.context_processor(lambda: {"visitor": access.visitor_or_none()})


def ltr(value: object) -> Markup:
    """Numbers, references, phones and addresses keep their order in right-to-left text."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(value)


def device_owner() -> str:
    """What a browser calls the visitor by beside what it keeps for them; it tells nobody who."""
    return keyed_hash("device.owner", str(access.visitor().id)).hex()


def csrf() -> Markup:
    hidden = '<input type="hidden" name="csrf_token" value="{}">'
    sendable.has_form()
    return Markup(hidden).format(generate_csrf())  # noqa: S704 - format() escapes


def _shown(item: MenuItem) -> bool:
    if item.permission:
        return access.can(item.permission)
    return not item.signed_in or access.visitor_or_none() is not None


def _link(item: MenuItem) -> Link:
    room = item.endpoint.partition(".")[0]
    here: Any = request.blueprint
    count = item.count() if item.count else 0
    return Link(i18n.gettext(item.label), url_for(item.endpoint), item.icon, here == room, count)
