"""What people say of a payment that went wrong, and what is answered."""

from flask_wtf import FlaskForm

from payments.claims.domain import Kind, Outcome
from portal.i18n import lazy_gettext
from portal.web.fields import ChoiceField, LongTextField

LONGEST = 2000
KINDS = (
    (Kind.NOT_COUNTED, lazy_gettext("Money left my account, and the payment is not shown as made")),
    (Kind.NOT_SERVED, lazy_gettext("I paid, and did not get the service")),
    (Kind.TWICE, lazy_gettext("Money was taken more than once")),
    (Kind.OTHER, lazy_gettext("Something else")),
)
OUTCOMES = (
    (Outcome.COUNTED, lazy_gettext("The payment counts")),
    (Outcome.NOTHING_TAKEN, lazy_gettext("No money was taken")),
    (Outcome.GIVEN_BACK, lazy_gettext("The money was given back")),
    (Outcome.SERVED, lazy_gettext("The service was given")),
    (Outcome.DECLINED, lazy_gettext("The claim is declined, with a reason")),
)


class ClaimForm(FlaskForm):  # type: ignore[misc]
    kind = ChoiceField(lazy_gettext("What went wrong?"), options=KINDS)
    words = LongTextField(
        lazy_gettext("What else should we know?"),
        hint=lazy_gettext(
            "Such as the bank's number of the transaction, and the day. Never a card number, PIN or"
            " password."
        ),
        required=False,
        max_length=LONGEST,
    )


class ContestForm(FlaskForm):  # type: ignore[misc]
    words = LongTextField(lazy_gettext("What is not right about the answer?"), max_length=LONGEST)


class AnswerForm(FlaskForm):  # type: ignore[misc]
    outcome = ChoiceField(lazy_gettext("What came of it"), options=OUTCOMES)
    words = LongTextField(
        lazy_gettext("Your answer"),
        hint=lazy_gettext("The person reads it."),
        max_length=LONGEST,
    )


class CannotForm(FlaskForm):  # type: ignore[misc]
    words = LongTextField(
        lazy_gettext("Why the service cannot be given"),
        hint=lazy_gettext("The person reads it."),
        max_length=LONGEST,
    )
