"""Who lives in the demo world. Their passwords and secrets are public: never use them elsewhere."""

from dataclasses import dataclass
from datetime import date

from portal.accounts.domain import Details, Gender, Role

PROVIDER = "revenue"
# The same program on the other side answers for the bills of this one.
BILLER = "power"


@dataclass(frozen=True)
class Account:
    """One person, with all that is needed to sign in. `who` tells a reader what they are for.

    `provider` is whom an officer or an integrator works for, `post` whose work an officer does.
    """

    who: str
    details: Details
    password: str
    secret: str
    role: Role | None = None
    provider: str = PROVIDER
    post: str | None = None
    father_name: str | None = None
    national_id: str | None = None

    @property
    def email(self) -> str:
        return self.details.email or ""


def _lives(line: str, area: str, postal_code: str) -> dict[str, str]:
    return {"line": line, "area": area, "postal_code": postal_code}


ACCOUNTS = (
    Account(
        who="Citizen, reads English",
        details=Details(
            name="Meera Sharma",
            birth_date=date(1988, 3, 14),
            email="meera@demo.example",
            mobile="+919876500001",
            phone="+911725550101",
            address=_lives("House 12, Canal Road", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
            language="en",
        ),
        password="seven kites over the canal",  # noqa: S106 - public by intent, as all here
        secret="MEERADEMOKEY234567MEERADEMOKEY23",  # noqa: S106
        father_name="Ramesh Sharma",
        national_id="234123412346",
    ),
    Account(
        who="Citizen, reads Punjabi",
        details=Details(
            name="ਜਸਪ੍ਰੀਤ ਸਿੰਘ",
            birth_date=date(1975, 11, 2),
            email="jaspreet@demo.example",
            mobile="+919876500002",
            phone="+911725550102",
            address=_lives("ਮਕਾਨ 4, ਗਲੀ 2", "IN-PB-NDP-NAD-KOTLI-SARSA", "140002"),
            gender=Gender.MALE,
            language="pa",
        ),
        password="green tractor at sunrise",  # noqa: S106
        secret="JASPREETDEMOKEY2JASPREETDEMOKEY2",  # noqa: S106
        father_name="ਬਲਵੰਤ ਸਿੰਘ",
        national_id="498562317041",
    ),
    Account(
        who="Citizen, reads Urdu",
        details=Details(
            name="عائشہ بی بی",
            birth_date=date(1994, 7, 21),
            email="ayesha@demo.example",
            mobile="+919876500003",
            phone="+911725550103",
            address=_lives("مکان 9، نہر کنارے", "IN-PB-NDP-SOH-LAL-BAGH", "140011"),
            gender=Gender.FEMALE,
            language="ur",
        ),
        password="quiet mango orchard rain",  # noqa: S106
        secret="AYESHADEMOKEY234AYESHADEMOKEY234",  # noqa: S106
        father_name="محمد اسلم",
        national_id="702193845613",
    ),
    Account(
        who="Citizen, 67 years old",
        details=Details(
            name="ਗੁਰਦੇਵ ਕੌਰ",
            birth_date=date(1959, 4, 12),
            email="gurdev@demo.example",
            mobile="+919876500008",
            phone="+911725550108",
            address=_lives("ਮਕਾਨ 31, ਗਲੀ 5", "IN-PB-NDP-NAD-KOTLI-SARSA", "140002"),
            gender=Gender.FEMALE,
            language="pa",
        ),
        password="old banyan by the well",  # noqa: S106
        secret="GURDEVDEMOKEY234GURDEVDEMOKEY234",  # noqa: S106
        father_name="ਹਰਨਾਮ ਸਿੰਘ",
        national_id="611540327724",
    ),
    Account(
        who="Officer of the revenue department",
        details=Details(
            name="Simran Gill",
            birth_date=date(1982, 1, 9),
            email="officer@demo.example",
            mobile="+919876500004",
            address=_lives("Tehsil office", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="brass lamp on the ledger",  # noqa: S106
        secret="SIMRANDEMOKEY234SIMRANDEMOKEY234",  # noqa: S106
        role=Role.OFFICER,
    ),
    Account(
        who="Officer of the municipal corporation",
        details=Details(
            name="Naresh Kumar",
            birth_date=date(1986, 8, 19),
            email="corporation@demo.example",
            mobile="+919876500009",
            address=_lives("Town hall", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="stone stairs and pigeons",  # noqa: S106
        secret="NARESHDEMOKEY234NARESHDEMOKEY234",  # noqa: S106
        role=Role.OFFICER,
        provider="municipal",
    ),
    Account(
        who="Authority of appeal at the corporation",
        details=Details(
            name="Anita Sethi",
            birth_date=date(1975, 5, 30),
            email="appeals@demo.example",
            mobile="+919876500013",
            address=_lives("Town hall", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="quiet scales under lamplight",  # noqa: S106
        secret="ANITADEMOKEY2345ANITADEMOKEY2345",  # noqa: S106
        role=Role.OFFICER,
        provider="municipal",
        post="joint-commissioner",
    ),
    Account(
        who="Officer of the welfare department",
        details=Details(
            name="Rukhsana Khan",
            birth_date=date(1990, 2, 27),
            email="welfare@demo.example",
            mobile="+919876500010",
            address=_lives("District office", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="warm bread on tin plates",  # noqa: S106
        secret="RUKHSANADEMOKEY2RUKHSANADEMOKEY2",  # noqa: S106
        role=Role.OFFICER,
        provider="social-welfare",
    ),
    Account(
        who="Integrator of the revenue department",
        details=Details(
            name="Arjun Mehta",
            birth_date=date(1991, 9, 30),
            email="integrator@demo.example",
            mobile="+919876500005",
            address=_lives("Tehsil office", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="copper wire and cardamom",  # noqa: S106
        secret="ARJUNDEMOKEY2345ARJUNDEMOKEY2345",  # noqa: S106
        role=Role.INTEGRATOR,
    ),
    Account(
        who="Integrator of a small town",
        details=Details(
            name="Noor Bibi",
            birth_date=date(1996, 4, 21),
            email="town@demo.example",
            mobile="+919876500012",
            address=_lives("Council office", "IN-PB-NDP-NAD-PURANA-GHAT", "140003"),
            gender=Gender.FEMALE,
        ),
        password="clay lamps by the ferry",  # noqa: S106
        secret="NOORDEMOKEY23456NOORDEMOKEY23456",  # noqa: S106
        role=Role.INTEGRATOR,
        provider="town-of-purana-ghat",
    ),
    Account(
        who="Operator of a service centre",
        details=Details(
            name="Kuldeep Sandhu",
            birth_date=date(1993, 2, 8),
            email="operator@demo.example",
            mobile="+919876500011",
            address=_lives("Service centre, Canal Road", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="blue stamp on the counter",  # noqa: S106
        secret="KULDEEPDEMOKEY23KULDEEPDEMOKEY23",  # noqa: S106
        role=Role.OPERATOR,
        provider="nadipur-centre",
    ),
    Account(
        who="Finance officer, gives money back",
        details=Details(
            name="Balbir Singh",
            birth_date=date(1976, 3, 14),
            email="finance@demo.example",
            mobile="+919876500021",
            address=_lives("Treasury", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="tin box and two keys",  # noqa: S106
        secret="BALBIRDEMOKEY234BALBIRDEMOKEY234",  # noqa: S106
        role=Role.FINANCE,
    ),
    Account(
        who="Finance officer, agrees to it",
        details=Details(
            name="Zainab Akhtar",
            birth_date=date(1988, 10, 9),
            email="treasury@demo.example",
            mobile="+919876500022",
            address=_lives("Treasury", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="ink blotter by the window",  # noqa: S106
        secret="ZAINABDEMOKEY234ZAINABDEMOKEY234",  # noqa: S106
        role=Role.FINANCE,
    ),
    Account(
        who="Cashier, takes money for challans",
        details=Details(
            name="Surinder Pal",
            birth_date=date(1983, 1, 25),
            email="cashier@demo.example",
            mobile="+919876500023",
            address=_lives("Municipal office", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="brass bell on the desk",  # noqa: S106
        secret="SURINDERDEMOKEY2SURINDERDEMOKEY2",  # noqa: S106
        role=Role.CASHIER,
        provider="municipal",
    ),
    Account(
        who="Cashier, confirms what another took",
        details=Details(
            name="Nasreen Bano",
            birth_date=date(1992, 7, 4),
            email="counter@demo.example",
            mobile="+919876500024",
            address=_lives("Municipal office", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="green ledger red thread",  # noqa: S106
        secret="NASREENDEMOKEY23NASREENDEMOKEY23",  # noqa: S106
        role=Role.CASHIER,
        provider="municipal",
    ),
    Account(
        who="Admin, proposes services",
        details=Details(
            name="Harleen Kaur",
            birth_date=date(1979, 5, 5),
            email="harleen@demo.example",
            mobile="+919876500006",
            address=_lives("Secretariat", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.FEMALE,
        ),
        password="paper boats in monsoon",  # noqa: S106
        secret="HARLEENDEMOKEY23HARLEENDEMOKEY23",  # noqa: S106
        role=Role.ADMIN,
    ),
    Account(
        who="Admin, publishes services",
        details=Details(
            name="Farhan Malik",
            birth_date=date(1984, 12, 17),
            email="farhan@demo.example",
            mobile="+919876500007",
            address=_lives("Secretariat", "IN-PB-NDP-NAD-NADIPUR-CITY", "140001"),
            gender=Gender.MALE,
        ),
        password="walnut door blue tiles",  # noqa: S106
        secret="FARHANDEMOKEY234FARHANDEMOKEY234",  # noqa: S106
        role=Role.ADMIN,
    ),
)
