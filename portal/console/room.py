"""The room of the console's own pages."""

from portal.console import back_office
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room

NEEDS = "providers.manage"
room = Room(
    name="console",
    back_office=(back_office.pages, back_office.figures, back_office.manual),
    menu=(
        MenuItem("console", N_("Overview"), "console.overview", "grid", 0, NEEDS),
        MenuItem("console", N_("Usage"), "usage.index", "chart", 60, NEEDS),
        MenuItem("console", N_("Documentation"), "manual.documentation", "info", 70, NEEDS),
        MenuItem("site", N_("Console"), "console.overview", "plug", 85, NEEDS),
    ),
)
