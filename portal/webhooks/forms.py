"""The forms in which an integrator names the endpoint, and says how much it takes."""

from typing import Any

from flask_wtf import FlaskForm

from portal.admin.forms import AddressForm, address
from portal.i18n import lazy_gettext
from portal.web.fields import WholeNumberField

MOST_IN_FLIGHT, MOST_PER_SECOND = 50, 1000


class EndpointForm(AddressForm):
    url = address(
        lazy_gettext("Address of your endpoint"),
        lazy_gettext("Enter the address of your endpoint."),
    )


class LimitsForm(FlaskForm):  # type: ignore[misc]
    """What is left empty is the house's own limit."""

    in_flight = WholeNumberField(
        lazy_gettext("Messages at the same time"),
        required=False,
        at_least=1,
        at_most=MOST_IN_FLIGHT,
    )
    per_second = WholeNumberField(
        lazy_gettext("Messages in a second"), required=False, at_least=1, at_most=MOST_PER_SECOND
    )

    def limits(self) -> tuple[Any, Any]:
        return self.in_flight.answer(), self.per_second.answer()
