"""The municipal corporation of a demo city: birth certificates, trade licences, water.

The corporation keeps the register of births, licenses trades and brings water. We ask its
questions, work out its fees and hand the answers over; its own offices decide.
"""

from portal.registry import Appeal, Contact, Officer, Post, Provider, Webhook, _
from providers.municipal.birth_certificate import BIRTH_CERTIFICATE
from providers.municipal.trade_licence import TRADE_LICENCE
from providers.municipal.water_connection import WATER_CONNECTION
from providers.municipal.working_days import CALENDAR

provider = Provider(
    slug="municipal",
    name=_("Municipal Corporation Nadipur"),
    kind="local_body",
    area="IN-PB-NDP-NAD-NADIPUR-CITY",
    summary=_("Birth certificates, trade licences and water in the city of Nadipur."),
    fulfilment=Webhook(settings="MUNICIPAL"),
    calendar=CALENDAR,
    contacts=(
        Contact(
            title=_("Help line"),
            phone="+911725550200",
            email="help@nadipur-city.example",
            hours=_("Monday to Saturday, 8 am to 8 pm"),
        ),
        Contact(
            title=_("Citizens' counter"),
            address=_("Town Hall, Ghat Road, Nadipur City, ground floor"),
            hours=_("Monday to Friday, 9 am to 4 pm"),
        ),
        Contact(
            title=_("Burst pipes and leaks"),
            phone="+911725550211",
            hours=_("Day and night"),
        ),
    ),
    grievance_officer=Officer(
        post=_("Grievance Officer, Municipal Corporation"),
        phone="+911725550219",
        email="grievance@nadipur-city.example",
        address=_("Town Hall, Ghat Road, Nadipur City, room 12"),
    ),
    appeals=(
        Appeal(to=Officer(post=_("Joint Commissioner of the corporation")), within_days=30),
        Appeal(to=Officer(post=_("Municipal Commissioner")), within_days=60),
    ),
    posts=(
        Post("clerk", _("Clerk of the citizens' counter")),
        Post("inspector", _("Inspector")),
        Post("officer", _("Officer in charge")),
        Post("joint-commissioner", _("Joint Commissioner of the corporation")),
        Post("commissioner", _("Municipal Commissioner")),
    ),
    services=(BIRTH_CERTIFICATE, TRADE_LICENCE, WATER_CONNECTION),
)
