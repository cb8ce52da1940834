"""The appointment for a passport: when, what for, and the fee by kind, age and urgency.

Its questions about the person are in `person`.
"""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    Notice,
    Service,
    Stage,
    Step,
    _,
)
from providers.passport.person import CHILD, FAMILY, HOME, PASSPORT_PURPOSE, YOU

APPOINTMENT = Step(
    _("The appointment"),
    Field.choice(
        "office",
        _("Where do you want to come?"),
        {
            "nadipur": _("Passport office, Nadipur City"),
            "sohangarh": _("Post office counter, Sohangarh Fort"),
            "kikarwala": _("Post office counter, Kikarwala Bazar"),
            "van": _("Passport van, at a village near you"),
        },
        personal="none",
    ),
    Field.month(
        "visit",
        _("In which month?"),
        hint=_("We give you a day in this month, or as soon after it as there is one."),
        not_before="today",
        personal="none",
    ),
    Field.choices(
        "days",
        _("Which days suit you?"),
        {
            "monday": _("Monday"),
            "tuesday": _("Tuesday"),
            "wednesday": _("Wednesday"),
            "thursday": _("Thursday"),
            "friday": _("Friday"),
        },
        hint=_("Leave it empty if every day does."),
        required=False,
        personal="none",
    ),
    slug="appointment",
)

WHAT = Step(
    _("The passport"),
    Field.choice(
        "request",
        _("What do you need?"),
        {
            "new": _("A first passport"),
            "reissue": _("Another passport, in place of one I have or had"),
        },
        personal="none",
    ),
    Field.choice(
        "reason",
        _("Why do you need another one?"),
        {
            "expired": _("It has expired, or expires within a year"),
            "full": _("Its pages are used up"),
            "change": _("Something in it has changed"),
            "lost": _("It was lost or stolen"),
            "damaged": _("It is damaged"),
        },
        when="request == 'reissue'",
    ),
    Field.choices(
        "changes",
        _("What has changed?"),
        {
            "name": _("Name"),
            "address": _("Address"),
            "spouse": _("Husband or wife"),
            "birth": _("Date or place of birth"),
            "looks": _("The way I look"),
        },
        when="reason == 'change'",
        at_least=1,
    ),
    Field.date(
        "born",
        _("Date of birth"),
        not_after="today",
        prefill="profile.birth_date",
    ),
    Field.computed(
        "age",
        _("Age in the month of the appointment"),
        rule="years_between(born, visit)",
        gives="integer",
        unit=_("years"),
    ),
    Field.choice(
        "booklet",
        _("How thick a booklet?"),
        {"pages36": _("36 pages"), "pages60": _("60 pages, for those who travel much")},
        when="age >= 18",
        personal="none",
    ),
    Field.yes_no(
        "tatkal",
        _("Is it urgent (Tatkal)?"),
        hint=_("It costs ₹2000 more, and the passport is printed before the police report."),
        when="request == 'new' || reason != 'lost'",
        personal="none",
    ),
    Field.choice(
        "urgent_reason",
        _("Why is it urgent?"),
        {
            "medical": _("Illness or death in the family"),
            "work": _("Work"),
            "study": _("Study"),
            "other": _("Something else"),
        },
        when="tatkal",
    ),
    slug="passport",
)

OLD = Step(
    _("The passport you have or had"),
    Field.text(
        "old_number",
        _("Passport number"),
        hint=_("A letter and seven digits, for example M1234567."),
        max_length=8,
        pattern=r"[A-Z][0-9]{7}",
        pattern_message=_("Write one capital letter and seven digits."),
        personal="identity",
        purpose=PASSPORT_PURPOSE,
    ),
    Field.date("old_issued", _("Issued on"), not_after="today"),
    Field.date(
        "old_expires",
        _("Good until"),
        valid=(
            "old_expires > old_issued",
            _("A passport ends after the day on which it was issued. Look at both dates."),
        ),
    ),
    Field.text("old_place", _("Issued at")),
    Field.date("lost_on", _("When did you last have it?"), when="reason == 'lost'"),
    Field.long_text(
        "lost_how",
        _("How was it lost?"),
        when="reason == 'lost'",
        max_length=1000,
    ),
    Field.text(
        "police_report",
        _("Number of the police report"),
        hint=_("Report the loss to the police first."),
        when="reason == 'lost'",
        max_length=40,
    ),
    when="request == 'reissue'",
    slug="old-passport",
)

PAPERS = Step(
    _("Documents"),
    Notice(
        "bring_originals",
        _("Bring all originals to the appointment."),
    ),
    Document(
        "birth_proof",
        _("Proof of the date of birth"),
        when="request == 'new'",
        prefill="vault.birth_certificate",
    ),
    Document(
        "address_proof",
        _("Proof of where you live"),
        hint=_("Electricity bill, water bill, bank book or Aadhaar card."),
    ),
    Field.photo(
        "portrait",
        _("Photo of the child"),
        hint=_("The face from the front, on white ground. Others are photographed at the office."),
        when="age < 4",
        personal="identity",
        purpose=PASSPORT_PURPOSE,
    ),
    Document(
        "old_passport",
        _("First and last pages of the old passport"),
        when="request == 'reissue' && reason != 'lost'",
        personal="identity",
        purpose=PASSPORT_PURPOSE,
    ),
    Document("loss_report", _("Copy of the police report"), when="reason == 'lost'"),
    Document(
        "change_proof",
        _("Proof of what has changed"),
        hint=_("For example a marriage certificate or a notice in the gazette."),
        when="reason == 'change' && changes.exists(c, c in ['name', 'spouse', 'birth'])",
    ),
    Document(
        "employer_letter",
        _("Letter of your office that it has no objection"),
        when="employment == 'government'",
    ),
    Document(
        "urgent_proof",
        _("Proof of the urgency"),
        when="tatkal && urgent_reason == 'medical'",
        personal="sensitive",
        purpose=_("So that those come first who cannot wait."),
    ),
    Declaration(
        "citizen",
        _("I am a citizen of India, and have never taken another citizenship."),
        when="age >= 18",
    ),
    Declaration(
        "citizen_child",
        _("The child is a citizen of India, and I am a parent or the guardian."),
        when="age < 18",
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    slug="papers",
)

# A lost or damaged passport costs the same at every age. Young children and those over sixty get
# a tenth off their first one.
FEE = (
    "(request == 'reissue' && reason in ['lost', 'damaged']"
    " ? (age >= 18 && booklet == 'pages60' ? money('3500.00', 'INR') : money('3000.00', 'INR'))"
    " : age < 18 ? money('1000.00', 'INR')"
    " : booklet == 'pages60' ? money('2000.00', 'INR')"
    " : money('1500.00', 'INR'))"
    " * (request == 'new' && (age < 8 || age > 60) ? 0.9 : 1)"
    " + (request == 'reissue' && reason == 'lost' ? money('0.00', 'INR')"
    " : tatkal ? money('2000.00', 'INR') : money('0.00', 'INR'))"
)

PASSPORT_APPOINTMENT = Service(
    slug="passport-appointment",
    title=_("Passport appointment"),
    summary=_("A day and an hour at the passport office, for a first passport or another one."),
    description=_(
        "You answer the questions here, pay, and get an appointment. At the office your papers "
        "are looked at, and your fingerprints and photo are taken. The passport comes by post "
        "after the police have reported."
    ),
    category="certificates",
    life_events=("study", "work", "moving"),
    audience=("everyone", "families", "students"),
    keywords=(
        _("passport"),
        _("travel abroad"),
        _("visa"),
        _("Tatkal"),
        _("lost passport"),
        _("police verification"),
    ),
    who_may=(
        _("You are a citizen of India."),
        _("For a child, a parent or guardian applies in the child's name."),
    ),
    form=Form(APPOINTMENT, WHAT, YOU, FAMILY, CHILD, HOME, OLD, PAPERS),
    fee=FEE,
    fee_words=_(
        "₹1500 for 36 pages and ₹2000 for 60 pages; ₹1000 for a child. For a lost or damaged "
        "passport ₹3000 or ₹3500. Tatkal costs ₹2000 more. A first passport costs a tenth less "
        "under 8 and over 60 years."
    ),
    payment="before",
    promise=30,
    stages=(
        Stage("appointment", _("The appointment is set")),
        Stage("police", _("The police report")),
        Stage("printing", _("The passport is printed")),
        Stage("posted", _("The passport is in the post")),
    ),
    issues=(IssuedDocument("appointment-slip", _("Appointment slip")),),
    channels=("online", "service_centre"),
    shares=_("To give you an appointment, to check who you are, and to write your passport."),
    keeps=_(
        "The office keeps the record of the passport for good, and the answers of an application "
        "that came to nothing for one year."
    ),
)
