"""The form in which an integrator names the endpoint."""

from portal.admin.forms import AddressForm, address
from portal.i18n import lazy_gettext


class EndpointForm(AddressForm):
    url = address(
        lazy_gettext("Address of your endpoint"),
        lazy_gettext("Enter the address of your endpoint."),
    )
