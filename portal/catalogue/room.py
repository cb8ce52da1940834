"""The catalogue room."""

from portal.catalogue import commands, gathered, links, listeners, views, visitors
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Room
from portal.registry.events import ServicePaused, ServicePublished, ServiceResumed

room = Room(
    name="catalogue",
    opens=(visitors.stand_in_front,),
    pages=(views.pages,),
    commands=(commands.catalogue,),
    within={
        ServicePublished: (listeners.enter,),
        ServicePaused: (listeners.pause,),
        ServiceResumed: (listeners.resume,),
    },
    menu=(MenuItem("site", N_("Services"), "catalogue.services", "grid", order=10),),
    searchable=(gathered.found, links.found),
)
