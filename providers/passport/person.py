"""What a passport says of a person, and what the police look into: self, family, home, children."""

from portal.registry import Declaration, Document, Field, Step, _

PASSPORT_PURPOSE = _("So that the passport is given to the right person.")
POLICE_PURPOSE = _("The law lets a passport be refused while a criminal case is open.")

YOU = Step(
    _("About you"),
    Field.text(
        "given_name",
        _("Given name"),
        hint=_("As it shall stand in the passport. For a child, the child's name."),
        prefill="profile.name",
        max_length=80,
    ),
    Field.text("surname", _("Surname, if there is one"), required=False, max_length=80),
    Field.yes_no("had_other_name", _("Have you ever had another name?")),
    Field.text("other_name", _("What was it?"), when="had_other_name", max_length=160),
    Field.choice(
        "gender",
        _("Gender"),
        {"female": _("Female"), "male": _("Male"), "other": _("Other")},
        prefill="profile.gender",
    ),
    Field.text("birthplace", _("Town or village of birth")),
    Field.yes_no("born_in_india", _("Were you born in India?")),
    Field.text("birth_country", _("In which country?"), when="born_in_india == false"),
    Field.national_id(
        "aadhaar",
        _("Aadhaar number"),
        hint=_("12 digits."),
        scheme="aadhaar",
        required=False,
        prefill="profile.national_id",
        purpose=PASSPORT_PURPOSE,
    ),
    Field.choice(
        "education",
        _("How far did you go at school?"),
        {
            "below_tenth": _("Below class 10"),
            "tenth": _("Class 10 or above"),
            "graduate": _("College degree"),
        },
        when="age >= 18",
    ),
    Field.choice(
        "employment",
        _("What do you do for a living?"),
        {
            "government": _("Government service"),
            "private": _("Private job"),
            "own": _("Own business or farm"),
            "student": _("I study"),
            "home": _("I look after the home"),
            "none": _("None of these"),
        },
        when="age >= 18",
    ),
    slug="you",
)

FAMILY = Step(
    _("Family"),
    Field.name("father", _("Father's name"), prefill="profile.father_name"),
    Field.name("mother", _("Mother's name")),
    Field.yes_no("married", _("Are you married?"), when="age >= 18"),
    Field.name("spouse", _("Name of your husband or wife"), when="married"),
    slug="family",
)

CHILD = Step(
    _("The child"),
    Field.choice(
        "applying_parent",
        _("Who comes along with the child?"),
        {
            "both": _("Both parents"),
            "mother": _("The mother"),
            "father": _("The father"),
            "guardian": _("A guardian"),
        },
    ),
    Field.name("guardian", _("Name of the guardian"), when="applying_parent == 'guardian'"),
    Document(
        "guardian_proof",
        _("Order of guardianship"),
        when="applying_parent == 'guardian'",
        personal="identity",
        purpose=PASSPORT_PURPOSE,
    ),
    Field.yes_no("parent_has_passport", _("Has a parent a passport?")),
    Field.text(
        "parent_passport",
        _("Passport number of the parent"),
        when="parent_has_passport",
        max_length=8,
        pattern=r"[A-Z][0-9]{7}",
        pattern_message=_("Write one capital letter and seven digits."),
        personal="identity",
        purpose=PASSPORT_PURPOSE,
    ),
    Field.yes_no(
        "other_agrees",
        _("Does the other parent agree?"),
        when="applying_parent == 'mother' || applying_parent == 'father'",
    ),
    Document(
        "consent_letter",
        _("Signed letter of the other parent"),
        when="other_agrees",
    ),
    Field.long_text(
        "no_consent",
        _("Why is there no letter?"),
        hint=_("For example that the other parent has died or lives apart."),
        when="other_agrees == false",
        max_length=1000,
    ),
    Declaration("parents_consent", _("I agree that the child gets a passport.")),
    when="age < 18",
    slug="child",
)

HOME = Step(
    _("Home and police station"),
    Field.address(
        "home",
        _("Home address"),
        hint=_("The police come here, and the passport is sent here."),
        prefill="profile.home",
    ),
    Field.month(
        "lived_since",
        _("Since when do you live there?"),
        not_after="today",
    ),
    Field.address(
        "earlier_home",
        _("Where you lived before"),
        when="days_between(lived_since, visit) < 365",
    ),
    Field.text(
        "police_station",
        _("Police station of your area"),
        hint=_("For example City Kotwali."),
    ),
    Field.phone("phone", _("Mobile number"), prefill="profile.phone"),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.name("emergency_name", _("Whom shall we call in an emergency?")),
    Field.phone("emergency_phone", _("Their mobile number")),
    Field.yes_no(
        "criminal_case",
        _("Is there a criminal case against you in a court?"),
        when="age >= 18",
        personal="sensitive",
        purpose=POLICE_PURPOSE,
    ),
    Field.long_text(
        "criminal_details",
        _("Which court, and what case?"),
        when="criminal_case",
        max_length=1000,
        personal="sensitive",
        purpose=POLICE_PURPOSE,
    ),
    slug="home",
)
