"""The change of name: a connection goes to the next holder, with its meter and its deposit."""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    LookUp,
    Notice,
    Service,
    Stage,
    Step,
    _,
)
from providers.power.words import ACCOUNT_HINT, ACCOUNT_NUMBER, ACCOUNT_PATTERN, TEN_DIGITS

CONNECTION = Step(
    _("The connection"),
    Field.text(
        "account",
        ACCOUNT_NUMBER,
        hint=ACCOUNT_HINT,
        max_length=10,
        pattern=ACCOUNT_PATTERN,
        pattern_message=TEN_DIGITS,
        look_up=LookUp(fills={"holder": "holder", "meter": "meter_number"}, path="/look-up"),
    ),
    Field.name(
        "holder",
        _("Name of the holder until now"),
        hint=_("As it stands on the bill. Its first letters are enough."),
    ),
    Field.text(
        "meter_number",
        _("Number of the meter"),
        hint=_("It stands on the meter and on the bill."),
        max_length=20,
    ),
    Field.choice(
        "reason",
        _("Why does the name change?"),
        {
            "bought": _("I bought the place"),
            "inherited": _("The holder died, and I am an heir"),
            "given": _("The place was given to me"),
            "misspelt": _("The name is spelt wrongly"),
        },
    ),
    Field.date(
        "since",
        _("Since when is the place yours?"),
        not_after="today",
        when="reason != 'misspelt'",
    ),
    Field.integer(
        "reading",
        _("Reading of the meter today"),
        hint=_("The number on the meter, without what stands after the point."),
        at_least=0,
        at_most=9_999_999,
        unit=_("units"),
        personal="none",
    ),
    Field.photo(
        "meter",
        _("Photo of the meter"),
        hint=_("The number of the meter and its reading must be seen."),
        required=False,
    ),
    slug="connection",
)

HOLDER = Step(
    _("The new holder"),
    Field.name("applicant", _("Your full name"), prefill="profile.name"),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.phone(
        "phone",
        _("Mobile number"),
        hint=_("Bills and news of power cuts come to this number."),
        prefill="profile.phone",
    ),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.address("post", _("Address for letters"), prefill="profile.home"),
    slug="holder",
)

PAPERS = Step(
    _("Documents"),
    Document(
        "identity_proof",
        _("Proof of identity"),
        hint=_("Voter card, driving licence, passport or ration card."),
        personal="identity",
        purpose=_("So that the connection is given to the right person."),
    ),
    Document(
        "deed",
        _("Deed of sale or gift"),
        hint=_("The registered deed, with all its pages."),
        when="reason == 'bought' || reason == 'given'",
    ),
    Document(
        "death_certificate",
        _("Death certificate of the holder"),
        when="reason == 'inherited'",
    ),
    Document(
        "heirs_consent",
        _("Consent of the other heirs"),
        hint=_("One letter that all of them signed. Leave it out if there are none."),
        required=False,
        when="reason == 'inherited'",
    ),
    Notice(
        "dues",
        _("Unpaid bills go with the connection. Pay them first: the name changes after that."),
        tone="warn",
    ),
    Declaration(
        "takes_over",
        _("I take the connection over with its security deposit and its duties."),
    ),
    slug="papers",
)

CHANGE_OF_NAME = Service(
    slug="change-of-name",
    title=_("Change of name on an electricity connection"),
    summary=_("When a place is bought, inherited or given, or a name is spelt wrongly."),
    description=_(
        "The connection stays as it is: the same meter, the same load. From the next bill on the "
        "new name stands on it, and the security deposit belongs to the new holder."
    ),
    category="electricity",
    life_events=("moving", "loss"),
    audience=("everyone", "families", "landowners"),
    keywords=(
        _("electricity"),
        _("meter"),
        _("transfer of connection"),
        _("new owner"),
    ),
    who_may=(_("You own the place where the meter is, or are an heir of the holder."),),
    form=Form(CONNECTION, HOLDER, PAPERS),
    fee="reason == 'misspelt' ? money('0.00', 'INR') : money('200.00', 'INR')",
    fee_words=_("₹200. Free when only the spelling is corrected."),
    payment="before",
    promise=7,
    stages=(Stage("check", _("The papers are checked")),),
    issues=(IssuedDocument("change-letter", _("Letter of the change of name")),),
    channels=("online", "counter"),
    shares=_("To check that the place is yours, and to write the new name on the bills."),
    alike_by=("account", "meter_number"),
    keeps=_(
        "The corporation keeps your answers and documents as long as the connection stands, and "
        "five years after that."
    ),
)
