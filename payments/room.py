"""The room of payments, and what its gateways bring."""

from payments import api, back_office, commands, jobs, listeners, views
from payments.challans import views as challans
from payments.claims import back_office as claims_desk
from payments.claims import views as claims
from payments.counters import back_office as counters_desk
from payments.events import PaymentDisputed, PaymentRefunded, PaymentSucceeded
from payments.gateways import gateways, rooms
from payments.lists import back_office as lists_desk
from payments.lists import views as payouts
from payments.lists.settings import ListsSettings
from payments.reconciling import back_office as reconciling_desk
from payments.scrolls import back_office as scrolls_desk
from payments.settings import PaymentsSettings
from payments.statements import back_office as books_desk
from portal.kernel.errors import N_
from portal.kernel.room import MenuItem, Notice, Room

BROUGHT = rooms()
SETTINGS = (section for gateway in gateways().values() for section in gateway.settings)

room = Room(
    name="payments",
    opens=tuple(one for brought in BROUGHT for one in brought.opens),
    pages=(
        *(views.pages, claims.pages, challans.pages, payouts.pages),
        *(one for brought in BROUGHT for one in brought.pages),
    ),
    back_office=(
        back_office.pages,
        claims_desk.pages,
        claims_desk.offices,
        counters_desk.pages,
        scrolls_desk.pages,
        lists_desk.pages,
        books_desk.pages,
        reconciling_desk.pages,
    ),
    api=(api.pages, *(one for brought in BROUGHT for one in brought.api)),
    commands=(commands.payments,),
    jobs=(*jobs.JOBS, *(one for brought in BROUGHT for one in brought.jobs)),
    periodic=(*jobs.PERIODIC, *(one for brought in BROUGHT for one in brought.periodic)),
    after={
        PaymentSucceeded: (listeners.print_receipt, listeners.came),
        PaymentRefunded: (listeners.end_receipt, listeners.went_back),
        PaymentDisputed: (listeners.disputed,),
    },
    notices=(
        Notice(
            "claims",
            N_("Claims about your payments"),
            N_("You get this message because you made a claim about a payment."),
            needed=True,
        ),
        Notice(
            "refunds",
            N_("Money that goes back"),
            N_("You get this message because money that you paid goes back to you."),
            needed=True,
        ),
        Notice(
            "receipts",
            N_("Receipts"),
            N_("You get this message because you paid through Sanjha. Do not answer it."),
        ),
    ),
    beside={"case": claims_desk.beside_case},
    menu=(
        MenuItem("account", N_("Payments"), "payments.mine", "wallet", 25, signed_in=True),
        MenuItem("site", N_("Counter"), "counters.index", "wallet", 81, counters_desk.COLLECT),
        MenuItem(
            *("desk", N_("Counter"), "counters.index", "wallet", 30),
            permission=counters_desk.COLLECT,
            count=counters_desk.waiting,
        ),
        MenuItem("admin", N_("Payments"), "payments_desk.index", "wallet", 40, back_office.READ),
        MenuItem(
            *("admin", N_("Claims about payments"), "claims_desk.index", "flag", 41),
            permission=claims_desk.READ,
            count=claims_desk.waiting,
        ),
        MenuItem(
            *("admin", N_("Counter files"), "scrolls.index", "upload", 45),
            permission=back_office.READ,
            count=scrolls_desk.waiting,
        ),
        MenuItem(
            *("admin", N_("Payment lists"), "payment_lists.index", "give", 46),
            permission=back_office.READ,
            count=lists_desk.waiting,
        ),
        MenuItem("admin", N_("Books"), "payments_books.index", "doc", 43, back_office.READ),
        MenuItem(
            *("admin", N_("Reconciliation"), "reconciling.index", "check", 44),
            permission=back_office.READ,
            count=reconciling_desk.waiting,
        ),
    ),
    permissions={
        back_office.READ: N_("See payments, the books, and what gateways say"),
        counters_desk.COLLECT: N_("Say what was paid at a counter"),
        back_office.MANAGE: N_("Give money back, and settle what waits at the finance desk"),
    },
    settings=(PaymentsSettings, ListsSettings, *dict.fromkeys(SETTINGS)),
)
