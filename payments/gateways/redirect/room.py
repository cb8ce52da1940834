"""What declared companies bring beside their gateway: a way back, and a start that is refused."""

from payments.gateways.redirect.settings import refuse_a_mix
from payments.gateways.redirect.way_back import pages
from portal.kernel.room import Room

room = Room(name="redirect", opens=(refuse_a_mix,), api=(pages,))
