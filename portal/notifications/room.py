"""The notifications room."""

from portal.applications.events import (
    ApplicationAnswered,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    StateChanged,
)
from portal.kernel.room import Room
from portal.notifications import listeners

room = Room(
    name="notifications",
    after={
        ApplicationSubmitted: (listeners.submitted,),
        ApplicationAnswered: (listeners.answered,),
        ApplicationWithdrawn: (listeners.withdrawn,),
        StateChanged: (listeners.changed,),
    },
)
