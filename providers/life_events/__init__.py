"""What happens in a life, and the services of several providers that people then need together."""

from providers.life_events.child_is_born import CHILD_IS_BORN
from providers.life_events.moving_house import MOVING_HOUSE
from providers.life_events.opening_a_shop import OPENING_A_SHOP

life_events = (CHILD_IS_BORN, MOVING_HOUSE, OPENING_A_SHOP)
