"""The registry room: finds the providers at the start, and lets clerks publish what they offer."""

from flask import Flask

from portal.kernel.errors import N_
from portal.kernel.jobs import Periodic
from portal.kernel.room import MenuItem, Room
from portal.registry import api, back_office, commands, listeners
from portal.registry.discovery import discover, life_events
from portal.registry.events import ServicePublished
from portal.registry.heirs import service as heirs
from portal.registry.icons import views as icons
from portal.registry.publishing import service as publishing
from portal.registry.uploads import service as uploads


def find_providers(_: Flask) -> None:
    """A provider or life event that does not load stops the start. Raises ProviderDoesNotLoad."""
    discover()
    life_events()


room = Room(
    name="registry",
    opens=(find_providers,),
    commands=(commands.providers,),
    back_office=back_office.PAGES,
    api=(api.pages, icons.pages),
    jobs=(publishing.publish_due, heirs.take_over, uploads.forget_checks),
    periodic=(
        Periodic("* * * * *", publishing.publish_due),
        Periodic("23 * * * *", uploads.forget_checks),
    ),
    within={ServicePublished: (listeners.published,)},
    menu=(
        MenuItem("admin", N_("Catalogue"), "registry.listing", "doc", 10, "catalogue.publish"),
        MenuItem(
            "account", N_("Administration"), "admin.overview", "shield", 80, "catalogue.publish"
        ),
        MenuItem(
            "console", N_("Services"), "provider_services.index", "doc", 5, "providers.manage"
        ),
    ),
    permissions={
        "providers.manage": N_("Upload what the provider offers, and see its versions"),
        "catalogue.publish": N_("Propose and publish what providers offer"),
        "catalogue.pause": N_("Pause and resume services"),
    },
)
