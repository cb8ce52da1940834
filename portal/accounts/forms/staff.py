"""What an admin types about somebody's roles, and staff in an emergency."""

from portal.accounts.domain import STAFF, Grant, Role
from portal.accounts.forms.signing import Form
from portal.i18n import lazy_gettext as _l
from portal.web.fields import ChoiceField, EmailField, LongTextField, TextField

NAMES = {
    Role.OFFICER: _l("Officer"),
    Role.INTEGRATOR: _l("Integrator"),
    Role.OPERATOR: _l("Service-centre operator"),
    Role.CASHIER: _l("Cashier"),
    Role.FINANCE: _l("Finance officer"),
    Role.ADMIN: _l("Admin"),
}
ACTS = (
    ("give", _l("Give the role")),
    ("take", _l("Take the role away")),
    ("invite", _l("Invite somebody new to the role")),
)


class RoleForm(Form):
    email = EmailField(_l("E-mail address"))
    act = ChoiceField(_l("What shall happen"), options=ACTS)
    role = ChoiceField(_l("Role"), options=tuple((role, NAMES[role]) for role in STAFF))
    provider = TextField(
        _l("Provider"),
        hint=_l("Its name in addresses. Leave it out for an admin."),
        required=False,
        max_length=60,
    )
    area = TextField(
        _l("Area"),
        hint=_l("Its code, for an officer of one area alone."),
        required=False,
        max_length=60,
    )
    category = TextField(
        _l("Category"),
        hint=_l("For an officer of one kind of services alone."),
        required=False,
        max_length=60,
    )
    post = TextField(
        _l("Post"),
        hint=_l("For an officer who works on the stages of one post alone, such as inspector."),
        required=False,
        max_length=60,
    )
    reason = LongTextField(_l("Why"), hint=_l("The second admin reads it."), max_length=500)

    def grant(self) -> Grant:
        reach = (self.provider, self.area, self.category, self.post)
        return Grant(Role(self.role.answer()), *(one.answer() or None for one in reach))


class EmergencyForm(Form):
    provider = TextField(_l("Provider"), hint=_l("Its name in addresses."), max_length=60)
    reason = LongTextField(
        _l("Why"), hint=_l("Every admin reads it at once, and it is kept."), max_length=500
    )
