"""The notifications room."""

from portal.applications.events import (
    ApplicationAnswered,
    ApplicationPaid,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    RenewalDue,
    StateChanged,
)
from portal.kernel.room import Room
from portal.notifications import listeners
from portal.webhooks.events import DeliveryGivenUp, EndpointFailing, EndpointSwitchedOff

room = Room(
    name="notifications",
    after={
        ApplicationSubmitted: (listeners.submitted,),
        ApplicationAnswered: (listeners.answered,),
        ApplicationWithdrawn: (listeners.withdrawn,),
        ApplicationPaid: (listeners.paid,),
        RenewalDue: (listeners.renewal,),
        StateChanged: (listeners.changed,),
        EndpointFailing: (listeners.endpoint_fails,),
        EndpointSwitchedOff: (listeners.endpoint_off,),
        DeliveryGivenUp: (listeners.given_up,),
    },
)
