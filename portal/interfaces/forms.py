"""The address that an integrator types."""

from portal.admin.forms import AddressForm, address
from portal.i18n import lazy_gettext


class InterfaceForm(AddressForm):
    url = address(
        lazy_gettext("Address of your interface"),
        lazy_gettext("Enter the address of your interface."),
    )
