"""The power corporation of a demo state: new connections, a change of name, and its bills.

The corporation lays the lines, reads the meters and sends the bills. We ask its questions, hand the
answers over, and ask its own interface for the bills of an account.
"""

from portal.registry import (
    Appeal,
    Billing,
    Contact,
    Hooks,
    Officer,
    Provider,
    Webhook,
    _,
)
from providers.power.bills import fetch
from providers.power.change_of_name import CHANGE_OF_NAME
from providers.power.new_connection import NEW_CONNECTION
from providers.power.words import ACCOUNT_HINT, ACCOUNT_NUMBER, ACCOUNT_PATTERN, TEN_DIGITS
from providers.power.working_days import CALENDAR

provider = Provider(
    slug="power",
    name=_("State Power Corporation"),
    kind="utility",
    area="IN-PB",
    summary=_("New electricity connections, changes of name, and electricity bills."),
    fulfilment=Webhook(settings="POWER"),
    calendar=CALENDAR,
    contacts=(
        Contact(
            title=_("Help line for power cuts, day and night"),
            phone="+911725550200",
            hours=_("Every day, 24 hours"),
        ),
        Contact(
            title=_("Customer care"),
            phone="+911725550201",
            email="care@power.example",
            hours=_("Monday to Saturday, 9 am to 5 pm"),
        ),
        Contact(
            title=_("Your sub-division office"),
            address=_("Its address stands on your bill."),
            hours=_("Monday to Saturday, 10 am to 4 pm"),
        ),
    ),
    grievance_officer=Officer(
        post=_("Consumer Grievance Officer, State Power Corporation"),
        phone="+911725550219",
        email="grievance@power.example",
    ),
    appeals=(
        Appeal(to=Officer(post=_("Consumer Grievance Redressal Forum")), within_days=30),
        Appeal(to=Officer(post=_("Electricity Ombudsman")), within_days=30),
    ),
    billing=Billing(
        title=_("Electricity bill"),
        account=ACCOUNT_NUMBER,
        account_hint=ACCOUNT_HINT,
        pattern=ACCOUNT_PATTERN,
        pattern_message=TEN_DIGITS,
    ),
    services=(NEW_CONNECTION, CHANGE_OF_NAME),
)

hooks = Hooks(bills=fetch)
