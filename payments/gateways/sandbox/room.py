"""What the sandbox brings beside its gateway: the pretended company's pages and jobs."""

from payments.gateways.sandbox.company import service, views
from payments.gateways.sandbox.settings import refuse_in_production
from portal.kernel.room import Room

room = Room(
    name="sandbox",
    opens=(refuse_in_production,),
    pages=(views.pages,),
    jobs=(service.send, service.finish),
)
