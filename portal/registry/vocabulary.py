"""The frozen tables that providers choose from: subjects, life events, people, sources, facts.

Each code stands in addresses and stored versions: add to a table, but never rename in it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from portal.registry.words import Words


class Entry(NamedTuple):
    """What people read for a code, and the symbol of the sprite that stands beside it."""

    title: Words
    icon: str


class Source(NamedTuple):
    """Where a pre-filled value comes from. A choice may come with any of `codes`."""

    kind: str
    title: Words
    codes: tuple[str, ...] = ()


class Fact(NamedTuple):
    """What is known of a person when a rule of eligibility is decided."""

    kind: str
    title: Words


def _in(en: str, pa: str, pa_arab: str, hi: str, ur: str) -> Words:
    return Words(texts={"en": en, "pa": pa, "pa_Arab": pa_arab, "hi": hi, "ur": ur})


CATEGORIES: Mapping[str, Entry] = MappingProxyType(
    {
        "certificates": Entry(
            _in("Certificates", "ਸਰਟੀਫਿਕੇਟ", "سرٹیفکیٹ", "प्रमाण पत्र", "سرٹیفکیٹ"), "cert"
        ),
        "land": Entry(
            _in(
                "Land and property",
                "ਜ਼ਮੀਨ ਅਤੇ ਜਾਇਦਾਦ",
                "زمین تے جائیداد",
                "ज़मीन और संपत्ति",
                "زمین اور جائیداد",
            ),
            "land",
        ),
        "water": Entry(
            _in(
                "Water and sewerage",
                "ਪਾਣੀ ਅਤੇ ਸੀਵਰੇਜ",
                "پانی تے سیوریج",
                "पानी और सीवर",
                "پانی اور نکاسیِ آب",
            ),
            "drop",
        ),
        "electricity": Entry(_in("Electricity", "ਬਿਜਲੀ", "بجلی", "बिजली", "بجلی"), "bolt"),
        "gas": Entry(_in("Gas", "ਗੈਸ", "گیس", "गैस", "گیس"), "fire"),
        "transport": Entry(_in("Transport", "ਆਵਾਜਾਈ", "آواجائی", "परिवहन", "ٹرانسپورٹ"), "bus"),
        "health": Entry(_in("Health", "ਸਿਹਤ", "صحت", "स्वास्थ्य", "صحت"), "health"),
        "education": Entry(_in("Education", "ਸਿੱਖਿਆ", "تعلیم", "शिक्षा", "تعلیم"), "school"),
        "farming": Entry(_in("Farming", "ਖੇਤੀ", "کھیتی باڑی", "खेती", "زراعت"), "farm"),
        "welfare": Entry(
            _in(
                "Welfare and pensions",
                "ਭਲਾਈ ਅਤੇ ਪੈਨਸ਼ਨ",
                "بھلائی تے پنشن",
                "कल्याण और पेंशन",
                "فلاح اور پنشن",
            ),
            "give",
        ),
        "business": Entry(
            _in(
                "Business and licences",
                "ਕਾਰੋਬਾਰ ਅਤੇ ਲਾਇਸੰਸ",
                "کاروبار تے لائسنس",
                "कारोबार और लाइसेंस",
                "کاروبار اور لائسنس",
            ),
            "shop",
        ),
        "taxes": Entry(
            _in("Taxes and bills", "ਟੈਕਸ ਅਤੇ ਬਿੱਲ", "ٹیکس تے بل", "कर और बिल", "ٹیکس اور بل"), "tax"
        ),
        "safety": Entry(
            _in(
                "Police and safety",
                "ਪੁਲਿਸ ਅਤੇ ਸੁਰੱਖਿਆ",
                "پولیس تے حفاظت",
                "पुलिस और सुरक्षा",
                "پولیس اور تحفظ",
            ),
            "shield",
        ),
    }
)

LIFE_EVENTS: Mapping[str, Entry] = MappingProxyType(
    {
        "child": Entry(
            _in("A child is born", "ਬੱਚੇ ਦਾ ਜਨਮ", "بچے دا جنم", "बच्चे का जन्म", "بچے کی پیدائش"), "baby"
        ),
        "study": Entry(
            _in(
                "School and college", "ਸਕੂਲ ਅਤੇ ਕਾਲਜ", "سکول تے کالج", "स्कूल और कॉलेज", "اسکول اور کالج"
            ),
            "school",
        ),
        "work": Entry(
            _in("Looking for work", "ਕੰਮ ਦੀ ਭਾਲ", "کم دی بھال", "काम की तलाश", "کام کی تلاش"), "work"
        ),
        "business": Entry(
            _in(
                "Opening a business",
                "ਕਾਰੋਬਾਰ ਸ਼ੁਰੂ ਕਰਨਾ",
                "کاروبار شروع کرنا",
                "कारोबार शुरू करना",
                "کاروبار شروع کرنا",
            ),
            "shop",
        ),
        "building": Entry(
            _in("Building a home", "ਘਰ ਬਣਾਉਣਾ", "گھر بناؤنا", "घर बनाना", "گھر بنانا"), "build"
        ),
        "moving": Entry(
            _in("Moving house", "ਘਰ ਬਦਲਣਾ", "گھر بدلنا", "घर बदलना", "گھر بدلنا"), "move"
        ),
        "ageing": Entry(
            _in("Growing older", "ਵਧਦੀ ਉਮਰ", "ودھدی عمر", "बढ़ती उम्र", "بڑھتی عمر"), "elder"
        ),
        "loss": Entry(
            _in(
                "Losing someone",
                "ਕਿਸੇ ਆਪਣੇ ਦਾ ਵਿਛੋੜਾ",
                "کسے اپنے دا وچھوڑا",
                "किसी अपने को खोना",
                "کسی اپنے کو کھونا",
            ),
            "flower",
        ),
    }
)

AUDIENCES: Mapping[str, Entry] = MappingProxyType(
    {
        "everyone": Entry(_in("Everyone", "ਸਾਰੇ ਲੋਕ", "سارے لوک", "सभी लोग", "سب لوگ"), "users"),
        "families": Entry(_in("Families", "ਪਰਿਵਾਰ", "ٹبر", "परिवार", "خاندان"), "home"),
        "women": Entry(_in("Women", "ਔਰਤਾਂ", "عورتاں", "महिलाएँ", "خواتین"), "user"),
        "students": Entry(_in("Students", "ਵਿਦਿਆਰਥੀ", "ودیارتھی", "विद्यार्थी", "طلبہ"), "school"),
        "farmers": Entry(_in("Farmers", "ਕਿਸਾਨ", "کسان", "किसान", "کسان"), "farm"),
        "workers": Entry(_in("Workers", "ਕਾਮੇ", "کامے", "कामगार", "مزدور"), "work"),
        "businesses": Entry(_in("Businesses", "ਕਾਰੋਬਾਰ", "کاروبار", "कारोबार", "کاروبار"), "shop"),
        "elders": Entry(_in("Older people", "ਬਜ਼ੁਰਗ", "بزرگ", "बुज़ुर्ग", "بزرگ"), "elder"),
        "disabled": Entry(
            _in("People with a disability", "ਦਿਵਿਆਂਗ ਲੋਕ", "معذور لوک", "दिव्यांग लोग", "معذور افراد"),
            "users",
        ),
        "landowners": Entry(
            _in("Land owners", "ਜ਼ਮੀਨ ਮਾਲਕ", "زمین دے مالک", "ज़मीन के मालिक", "زمین کے مالک"), "land"
        ),
    }
)

PROVIDER_KINDS: Mapping[str, Entry] = MappingProxyType(
    {
        "state_department": Entry(
            _in(
                "State departments", "ਰਾਜ ਦੇ ਵਿਭਾਗ", "ریاست دے محکمے", "राज्य के विभाग", "ریاستی محکمے"
            ),
            "state",
        ),
        "central_department": Entry(
            _in(
                "Central departments",
                "ਕੇਂਦਰ ਦੇ ਵਿਭਾਗ",
                "مرکز دے محکمے",
                "केंद्र के विभाग",
                "مرکزی محکمے",
            ),
            "centre",
        ),
        "local_body": Entry(
            _in("Cities and villages", "ਸ਼ਹਿਰ ਅਤੇ ਪਿੰਡ", "شہر تے پنڈ", "शहर और गाँव", "شہر اور گاؤں"),
            "town",
        ),
        "agency": Entry(
            _in(
                "Agencies and boards",
                "ਏਜੰਸੀਆਂ ਅਤੇ ਬੋਰਡ",
                "ایجنسیاں تے بورڈ",
                "एजेंसियाँ और बोर्ड",
                "ادارے اور بورڈ",
            ),
            "agency",
        ),
        "utility": Entry(
            _in(
                "Utilities",
                "ਬਿਜਲੀ, ਪਾਣੀ ਅਤੇ ਗੈਸ",
                "بجلی، پانی تے گیس",
                "बिजली, पानी और गैस",
                "بجلی، پانی اور گیس",
            ),
            "plug",
        ),
        "private": Entry(
            _in("Private bodies", "ਨਿੱਜੀ ਅਦਾਰੇ", "نجی ادارے", "निजी संस्थाएँ", "نجی ادارے"), "plug"
        ),
    }
)

YOUR_PROFILE = _in("your profile", "ਤੁਹਾਡਾ ਪ੍ਰੋਫਾਈਲ", "تہاڈا پروفائل", "आपकी प्रोफ़ाइल", "آپ کا پروفائل")

YOUR_DOCUMENTS = _in(
    "your documents", "ਤੁਹਾਡੇ ਦਸਤਾਵੇਜ਼", "تہاڈے دستاویز", "आपके दस्तावेज़", "آپ کی دستاویزات"
)

GENDERS = ("female", "male", "other")

PREFILL: Mapping[str, Source] = MappingProxyType(
    {
        "profile.name": Source("name", YOUR_PROFILE),
        "profile.father_name": Source("name", YOUR_PROFILE),
        "profile.birth_date": Source("date", YOUR_PROFILE),
        "profile.gender": Source("choice", YOUR_PROFILE, GENDERS),
        "profile.phone": Source("phone", YOUR_PROFILE),
        "profile.email": Source("email", YOUR_PROFILE),
        "profile.home": Source("address", YOUR_PROFILE),
        "profile.national_id": Source("national_id", YOUR_PROFILE),
        "vault.birth_certificate": Source("document", YOUR_DOCUMENTS),
        "vault.caste_certificate": Source("document", YOUR_DOCUMENTS),
        "vault.driving_licence": Source("document", YOUR_DOCUMENTS),
        "vault.identity_proof": Source("document", YOUR_DOCUMENTS),
        "vault.income_certificate": Source("document", YOUR_DOCUMENTS),
        "vault.land_record": Source("document", YOUR_DOCUMENTS),
        "vault.residence_proof": Source("document", YOUR_DOCUMENTS),
        "vault.trade_licence": Source("document", YOUR_DOCUMENTS),
    }
)

# Which kinds of source may fill a kind of question; a kind that is not listed takes its own only.
FILLED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"text": ("text", "name"), "name": ("name", "text"), "long_text": ("long_text", "text")}
)

FACTS: Mapping[str, Fact] = MappingProxyType(
    {
        "today": Fact("date", _in("today", "ਅੱਜ", "اج", "आज", "آج")),
        "person.age": Fact(
            "integer", _in("your age", "ਤੁਹਾਡੀ ਉਮਰ", "تہاڈی عمر", "आपकी उम्र", "آپ کی عمر")
        ),
        "person.birth_date": Fact(
            "date",
            _in(
                "your date of birth",
                "ਤੁਹਾਡੀ ਜਨਮ ਮਿਤੀ",
                "تہاڈی جنم تریخ",
                "आपकी जन्म तिथि",
                "آپ کی تاریخِ پیدائش",
            ),
        ),
        "person.gender": Fact(
            "choice", _in("your gender", "ਤੁਹਾਡਾ ਲਿੰਗ", "تہاڈی جنس", "आपका लिंग", "آپ کی جنس")
        ),
        "person.area": Fact(
            "text",
            _in(
                "the area you live in",
                "ਤੁਹਾਡੇ ਘਰ ਦਾ ਇਲਾਕਾ",
                "تہاڈے گھر دا علاقہ",
                "आपके घर का इलाक़ा",
                "آپ کے گھر کا علاقہ",
            ),
        ),
    }
)

# From the least to the most protected.
PERSONAL_CLASSES: Mapping[str, Words] = MappingProxyType(
    {
        "none": _in("Not personal", "ਨਿੱਜੀ ਨਹੀਂ", "ذاتی نہیں", "निजी नहीं", "ذاتی نہیں"),
        "personal": _in("Personal", "ਨਿੱਜੀ", "ذاتی", "निजी", "ذاتی"),
        "sensitive": _in("Sensitive", "ਸੰਵੇਦਨਸ਼ੀਲ", "حساس", "संवेदनशील", "حساس"),
        "identity": _in("Identity", "ਪਛਾਣ", "شناخت", "पहचान", "شناخت"),
    }
)

DOCUMENT_TYPES: Mapping[str, str] = MappingProxyType(
    {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
)
MOST_BYTES = 10_000_000
