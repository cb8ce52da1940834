"""What is typed to recover an account."""

from portal.accounts.forms.signing import Form
from portal.i18n import lazy_gettext as _l
from portal.web.fields import PasswordField


class Password(Form):
    password = PasswordField(_l("Password"))
