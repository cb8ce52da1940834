"""The transport department of a demo state: learner's licences, and driving licences renewed."""

from portal.registry import Appeal, Contact, Officer, Provider, Webhook, _
from providers.transport.learners_licence import LEARNERS_LICENCE
from providers.transport.renewal import LICENCE_RENEWAL
from providers.transport.working_days import CALENDAR

provider = Provider(
    slug="transport",
    name=_("Department of Transport"),
    kind="state_department",
    area="IN-PB",
    summary=_("Learner's licences, and the renewal of driving licences."),
    fulfilment=Webhook(),
    calendar=CALENDAR,
    contacts=(
        Contact(
            title=_("Help line"),
            phone="+911725550300",
            email="help@transport.example",
            hours=_("Monday to Saturday, 9 am to 5 pm"),
        ),
        Contact(
            title=_("Driving test track"),
            address=_("The track of the Regional Transport Office for the place where you live."),
            hours=_("Monday to Friday, 9 am to 1 pm"),
        ),
    ),
    grievance_officer=Officer(
        post=_("Grievance Officer, Department of Transport"),
        phone="+911725550319",
        email="grievance@transport.example",
    ),
    appeals=(Appeal(to=Officer(post=_("State Transport Commissioner")), within_days=30),),
    services=(LEARNERS_LICENCE, LICENCE_RENEWAL),
)
