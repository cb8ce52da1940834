"""What somebody who is signed in types to show once more that it is they."""

from portal.accounts.forms.signing import Form
from portal.i18n import lazy_gettext as _l
from portal.web.fields import CodeField, PasswordField


class ShownApp(Form):
    code = CodeField(_l("Code of 6 digits"), hint=_l("Your authenticator app shows it."))


class ShownPassword(Form):
    password = PasswordField(_l("Your password"))
