"""What people type to prove a contact, or to give another."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.forms.signing import Form
from portal.i18n import lazy_gettext as _l
from portal.web.fields import ChoiceField, CodeField, EmailField, PhoneField
from portal.web.fields.contacts import say_phone


class WhichContact(Form):
    kind = ChoiceField(_l("Where shall the code go?"))

    def __init__(self, options: Sequence[Contact], chosen: str | None = None) -> None:
        super().__init__(data={"kind": chosen})
        # Groups of digits would change places in a language that is written to the left.
        left = Markup('<bdi dir="ltr">{}</bdi>')
        self.kind.options = [(one.kind.value, left.format(shown(one))) for one in options]

    def chosen(self) -> Kind:
        return Kind(self.kind.answer())


class SentCode(Form):
    code = CodeField(_l("Code of 6 digits"), hint=_l("It is good for 10 minutes, and once."))


class NewEmail(Form):
    email = EmailField(_l("New e-mail address"))


class NewMobile(Form):
    mobile = PhoneField(_l("New mobile number"))


class GivenUpNumber(Form):
    mobile = PhoneField(_l("Mobile number"), hint=_l("The one that is yours now."))


def shown(contact: Contact) -> str:
    """As people write it."""
    return say_phone(contact.value) if contact.kind is Kind.MOBILE else contact.value
