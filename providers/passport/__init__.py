"""The passport office of a demo country: an appointment for a new passport or for another one.

The office gives appointments, looks at papers, asks the police and prints. We ask its questions and
hand the answers over; its own system decides.
"""

from portal.registry import Appeal, Contact, Officer, Provider, Webhook, _
from providers.passport.passport_appointment import PASSPORT_APPOINTMENT
from providers.passport.working_days import CALENDAR

provider = Provider(
    slug="passport",
    name=_("Regional Passport Office"),
    kind="central_department",
    area="IN-PB",
    summary=_("Appointments for passports."),
    fulfilment=Webhook(settings="PASSPORT"),
    calendar=CALENDAR,
    contacts=(
        Contact(
            title=_("Help line"),
            phone="+911725550300",
            email="help@passport.example",
            hours=_("Every day, 8 am to 10 pm"),
        ),
        Contact(
            title=_("Enquiry counter"),
            address=_("Passport Bhawan, Canal Road, Nadipur City"),
            hours=_("Monday to Friday, 9.30 am to 12.30 pm"),
        ),
    ),
    grievance_officer=Officer(
        post=_("Public Grievance Officer, Regional Passport Office"),
        phone="+911725550319",
        email="grievance@passport.example",
    ),
    appeals=(
        Appeal(to=Officer(post=_("Regional Passport Officer")), within_days=30),
        Appeal(to=Officer(post=_("Chief Passport Officer")), within_days=60),
    ),
    languages=("en", "pa", "hi"),
    services=(PASSPORT_APPOINTMENT,),
)
