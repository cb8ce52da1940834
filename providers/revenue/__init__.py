"""The Department of Revenue of a demo state: income certificates and copies of land records.

The department looks into incomes and keeps the records of rights in land. We ask its questions and
hand the answers over; its own back office decides.
"""

from portal.registry import Appeal, Contact, Officer, Provider, Webhook, _
from providers.revenue.income_certificate import INCOME_CERTIFICATE
from providers.revenue.land_record import LAND_RECORD
from providers.revenue.working_days import CALENDAR

provider = Provider(
    slug="revenue",
    name=_("Department of Revenue"),
    kind="state_department",
    area="IN-PB",
    summary=_("Income certificates and copies of land records."),
    fulfilment=Webhook(settings="REVENUE"),
    calendar=CALENDAR,
    contacts=(
        Contact(
            title=_("Help line"),
            phone="+911725550100",
            email="help@revenue.example",
            hours=_("Monday to Friday, 9 am to 5 pm"),
        ),
        Contact(
            title=_("Counter at your tehsil office"),
            address=_("The tehsil office for the place where you live or where the land is."),
            hours=_("Monday to Friday, 9 am to 1 pm"),
        ),
    ),
    grievance_officer=Officer(
        post=_("Grievance Officer, Department of Revenue"),
        phone="+911725550119",
        email="grievance@revenue.example",
    ),
    appeals=(
        Appeal(to=Officer(post=_("Sub-Divisional Magistrate")), within_days=30),
        Appeal(to=Officer(post=_("Deputy Commissioner")), within_days=60),
    ),
    services=(INCOME_CERTIFICATE, LAND_RECORD),
)
