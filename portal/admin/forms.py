"""The address of another program that the portal is to call, as an integrator enters it."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.i18n import gettext, lazy_gettext
from portal.kernel import http
from portal.kernel.settings import current


def address(label: Any, missing: Any) -> StringField:
    """The field `url` of an AddressForm; the words come in lazily translated."""
    return StringField(
        label,
        filters=[lambda text: text.strip() if text else text],
        validators=[
            InputRequired(missing),
            Length(max=500, message=lazy_gettext("The address is too long.")),
        ],
    )


class AddressForm(FlaskForm):  # type: ignore[misc]
    """A room's own form says which address, by `url = address(…)`."""

    def validate_url(self, field: StringField) -> None:
        try:
            http.check(field.data, allow_private=current().kernel.allow_private_webhooks)
        except http.AddressRefused as error:
            sentence = gettext(
                "This address cannot be called. It must begin with https:// and name a public host."
            )
            raise ValidationError(sentence) from error
        except http.Unreachable as error:
            sentence = gettext("This name is not known on the internet. Check its spelling.")
            raise ValidationError(sentence) from error
