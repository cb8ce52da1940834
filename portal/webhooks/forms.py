"""The form in which an integrator names the endpoint."""

from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.i18n import gettext, lazy_gettext
from portal.kernel import http
from portal.webhooks import service


class EndpointForm(FlaskForm):  # type: ignore[misc]
    url = StringField(
        lazy_gettext("Address of your endpoint"),
        filters=[lambda text: text.strip() if text else text],
        validators=[
            InputRequired(lazy_gettext("Enter the address of your endpoint.")),
            Length(max=500, message=lazy_gettext("The address is too long.")),
        ],
    )

    def validate_url(self, field: StringField) -> None:
        try:
            service.check_url(field.data)
        except http.AddressRefused as error:
            sentence = gettext(
                "This address cannot be called. It must begin with https:// and name a public host."
            )
            raise ValidationError(sentence) from error
        except http.Unreachable as error:
            sentence = gettext("This name is not known on the internet. Check its spelling.")
            raise ValidationError(sentence) from error
