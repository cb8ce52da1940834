"""Small local bodies that give the trade licence of the corporation, each in its own way."""

from collections.abc import Mapping
from typing import NamedTuple

from portal.geo import sources
from portal.registry.contract import (
    Appeal,
    Contact,
    Inherited,
    Officer,
    Provider,
    Webhook,
    Words,
)

DEFINED = "municipal/trade-licence"
CODES = ("en", "pa", "pa_Arab", "hi", "ur")


class Body(NamedTuple):
    """One of them; `own` is what it says otherwise."""

    slug: str
    area: str
    kind: str
    own: Inherited = Inherited(service=DEFINED)


def _words(*texts: str) -> Words:
    return Words(texts=dict(zip(CODES, texts, strict=True)))


NAMES: Mapping[str, tuple[str, ...]] = {
    "town": (
        "Town Council of {}",
        "ਨਗਰ ਕੌਂਸਲ {}",
        "نگر کونسل {}",
        "नगर परिषद {}",
        "ٹاؤن کونسل {}",
    ),
    "village": ("Panchayat of {}", "ਪੰਚਾਇਤ {}", "پنچایت {}", "पंचायत {}", "پنچایت {}"),
}
SUMMARY = _words(
    "Trade licences.",
    "ਵਪਾਰ ਦੇ ਲਾਇਸੈਂਸ।",
    "کاروبار دے لائسنس۔",
    "व्यापार के लाइसेंस।",
    "کاروبار کے لائسنس۔",
)
OFFICE = _words("Office", "ਦਫ਼ਤਰ", "دفتر", "कार्यालय", "دفتر")
SECRETARY = _words("Secretary", "ਸਕੱਤਰ", "سیکرٹری", "सचिव", "سیکرٹری")
COMMISSIONER = _words(
    "Deputy Commissioner of the district",
    "ਜ਼ਿਲ੍ਹੇ ਦਾ ਡਿਪਟੀ ਕਮਿਸ਼ਨਰ",
    "ضلعے دا ڈپٹی کمشنر",
    "ज़िले के उपायुक्त",
    "ضلع کے ڈپٹی کمشنر",
)
# What the place costs by its kind and size stays; only the fee for the application is less.
LESS = (
    "money('50.00', 'INR')"
    " + (request == 'renewal' && paid_ahead ? money('0.00', 'INR') : yearly_fee * years)"
)
LESS_WORDS = _words(
    "₹50 for each application, and ₹400 to ₹1000 a year by the kind and size of the business.",
    "ਹਰ ਅਰਜ਼ੀ ਲਈ ₹50, ਅਤੇ ਕਾਰੋਬਾਰ ਦੀ ਕਿਸਮ ਅਤੇ ਆਕਾਰ ਅਨੁਸਾਰ ਸਾਲ ਦੇ ₹400 ਤੋਂ ₹1000।",
    "ہر عرضی لئی ₹50، تے کاروبار دی قسم تے سائز نال سال دے ₹400 توں ₹1000۔",
    "हर आवेदन के ₹50, और कारोबार की क़िस्म और आकार के अनुसार साल के ₹400 से ₹1000।",
    "ہر درخواست کے ₹50، اور کاروبار کی قسم اور سائز کے مطابق سال کے ₹400 سے ₹1000۔",
)
FLAT_WORDS = _words(
    "₹200 a year, whatever the business.",
    "ਸਾਲ ਦੇ ₹200, ਕਾਰੋਬਾਰ ਕੋਈ ਵੀ ਹੋਵੇ।",
    "سال دے ₹200، کاروبار کوئی وی ہووے۔",
    "साल के ₹200, कारोबार कोई भी हो।",
    "سال کے ₹200، کاروبار کوئی بھی ہو۔",
)
FLAT = Inherited(
    service=DEFINED, fee="money('200.00', 'INR')", fee_words=FLAT_WORDS, channels=("counter",)
)

BODIES = (
    Body("town-of-gulmohar-nagar", "IN-PB-NDP-KIK-GULMOHAR-NAGAR", "town"),
    Body(
        "town-of-kikarwala",
        "IN-PB-NDP-KIK-KIKARWALA-BAZAR",
        "town",
        Inherited(service=DEFINED, promise=20),
    ),
    Body("town-of-kotli-sarsa", "IN-PB-NDP-NAD-KOTLI-SARSA", "village", FLAT),
    Body(
        "town-of-mandi-phulan",
        "IN-PB-NDP-SOH-MANDI-PHULAN",
        "town",
        Inherited(service=DEFINED, fee=LESS, fee_words=LESS_WORDS),
    ),
    Body(
        "town-of-purana-ghat",
        "IN-PB-NDP-NAD-PURANA-GHAT",
        "town",
        Inherited(service=DEFINED, promise=8, payment="with"),
    ),
    Body("town-of-sohangarh", "IN-PB-NDP-SOH-SOHANGARH-FORT", "town"),
)


def providers() -> tuple[Provider, ...]:
    """All of them, named after their areas."""
    areas = {row["code"]: row["names"] for row in sources.read(sources.DEMO)}
    return tuple(_provider(one, areas[one.area]) for one in BODIES)


def _provider(body: Body, area: Mapping[str, str]) -> Provider:
    pairs = zip(CODES, NAMES[body.kind], strict=True)
    return Provider(
        slug=body.slug,
        name=_words(*(pattern.format(area[code]) for code, pattern in pairs)),
        kind="local_body",
        area=body.area,
        summary=SUMMARY,
        fulfilment=Webhook(),
        contacts=(Contact(title=OFFICE, phone="+911725550290"),),
        grievance_officer=Officer(post=SECRETARY),
        appeals=(Appeal(to=Officer(post=COMMISSIONER), within_days=30),),
        inherits=(body.own,),
    )
