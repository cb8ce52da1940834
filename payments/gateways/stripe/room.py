"""What Stripe's gateway brings beside itself: a start with the wrong keys is refused."""

from payments.gateways.stripe.settings import refuse_a_mix
from portal.kernel.room import Room

room = Room(name="stripe", opens=(refuse_a_mix,))
