"""What counters bring beside their gateway: a start that is refused."""

from payments.gateways.counter.settings import refuse_a_mix
from portal.kernel.room import Room

room = Room(name="counter", opens=(refuse_a_mix,))
