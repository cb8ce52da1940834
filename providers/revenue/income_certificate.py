"""The income certificate: free, and looked into by the patwari of the place."""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    Notice,
    Paper,
    Service,
    Stage,
    Step,
    _,
)

YOU = Step(
    _("About you"),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("As it stands on your identity document."),
        prefill="profile.name",
    ),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.date("born", _("Date of birth"), not_after="today", prefill="profile.birth_date"),
    Field.choice(
        "gender",
        _("Gender"),
        {"female": _("Female"), "male": _("Male"), "other": _("Other")},
        prefill="profile.gender",
    ),
    Field.phone("phone", _("Mobile number"), prefill="profile.phone"),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.national_id(
        "aadhaar",
        _("Aadhaar number"),
        hint=_("12 digits."),
        scheme="aadhaar",
        prefill="profile.national_id",
        purpose=_("So that the certificate is given to the right person."),
    ),
    Field.address(
        "home",
        _("Home address"),
        hint=_("Where you live now. The patwari of this place looks into your request."),
        prefill="profile.home",
    ),
    slug="you",
)

INCOME_PURPOSE = _(
    "The certificate states your family's income. The patwari checks what you tell us."
)
MOST_INCOME = "999999999"

NOT_LESS_THAN_YOUR_OWN = (
    "occupation == 'salaried' ? family_income >= monthly_salary * 12"
    " : occupation == 'farmer' ? family_income >= farm_income"
    " : occupation == 'business' ? family_income >= business_income"
    " : true"
)

INCOME = Step(
    _("Your work and income"),
    Field.choice(
        "occupation",
        _("What do you do for a living?"),
        {
            "salaried": _("I have a salary"),
            "farmer": _("I farm"),
            "business": _("I have a business or shop"),
            "labour": _("I work for daily wages"),
            "none": _("I have no work"),
        },
    ),
    Field.text("employer", _("Name of your employer"), when="occupation == 'salaried'"),
    Field.money(
        "monthly_salary",
        _("Your salary each month"),
        hint=_("Before anything is taken off."),
        at_least="0",
        at_most=MOST_INCOME,
        when="occupation == 'salaried'",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Field.decimal(
        "acres",
        _("Land that you farm"),
        hint=_("Count land that you own and land that you rent."),
        at_least="0",
        at_most="10000",
        unit=_("acres"),
        when="occupation == 'farmer'",
    ),
    Field.money(
        "farm_income",
        _("Your income from farming in the last year"),
        hint=_("What is left after seed, fertiliser, water and rent."),
        at_least="0",
        at_most=MOST_INCOME,
        when="occupation == 'farmer'",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Field.text("business", _("What is your business?"), when="occupation == 'business'"),
    Field.money(
        "business_income",
        _("Your income from the business in the last year"),
        hint=_("What is left after costs."),
        at_least="0",
        at_most=MOST_INCOME,
        when="occupation == 'business'",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Field.money(
        "daily_wage",
        _("What you usually earn in a day"),
        at_least="0",
        at_most="100000",
        when="occupation == 'labour'",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Field.yes_no(
        "other_income",
        _("Do you have any other income?"),
        hint=_("For example rent, interest, a pension or money from abroad."),
    ),
    Field.money(
        "other_income_amount",
        _("Your other income in the last year"),
        at_least="1",
        at_most=MOST_INCOME,
        when="other_income",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    slug="income",
)

FAMILY = Step(
    _("Your family"),
    Field.integer(
        "members",
        _("How many people live in your family?"),
        hint=_("Count yourself too."),
        at_least=1,
        at_most=40,
        unit=_("people"),
    ),
    Field.money(
        "family_income",
        _("Income of the whole family in the last year"),
        hint=_("Add up what all of you earn, from every source."),
        at_least="0",
        at_most=MOST_INCOME,
        valid=(
            NOT_LESS_THAN_YOUR_OWN,
            _("The income of the family cannot be less than your own. Add your own income to it."),
        ),
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Field.choice(
        "needed_for",
        _("What do you need the certificate for?"),
        {
            "scholarship": _("A scholarship"),
            "admission": _("Admission to a school or college"),
            "fee": _("A lower fee"),
            "pension": _("A pension"),
            "scheme": _("A government scheme"),
            "court": _("A court"),
            "other": _("Something else"),
        },
    ),
    Field.text("needed_for_other", _("What is it?"), when="needed_for == 'other'"),
    slug="family",
)

PAPERS = Step(
    _("Documents"),
    Document(
        "identity_proof",
        _("Proof of identity"),
        hint=_("Voter card, driving licence, passport or ration card."),
        personal="identity",
        purpose=_("So that the certificate is given to the right person."),
    ),
    Document(
        "income_proof",
        _("Proof of income"),
        hint=_("Salary slips of the last three months, or your last income tax return."),
        when="occupation == 'salaried' || occupation == 'business'",
        personal="sensitive",
        purpose=INCOME_PURPOSE,
    ),
    Document(
        "residence_proof",
        _("Proof of where you live"),
        hint=_("Electricity bill, water bill or rent agreement, not older than three months."),
    ),
    Notice(
        "false_statement",
        _("A certificate that rests on false statements is cancelled, and you may be fined."),
        tone="warn",
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    slug="papers",
)

CERTIFICATE = IssuedDocument(
    "income-certificate",
    _("Income certificate"),
    paper=Paper(
        text=_(
            "The income of the family of the person named here in the last year was looked into, "
            "and found to be as stated here."
        ),
        shows=("applicant", "guardian", "born", "home", "members", "family_income", "needed_for"),
        states=("applicant", "born", "family_income"),
    ),
    kept_as="vault.income_certificate",
)
INCOME_CERTIFICATE = Service(
    slug="income-certificate",
    title=_("Income certificate"),
    summary=_("States what your family earns in a year. Schools, banks and schemes ask for it."),
    description=_(
        "The tehsildar certifies your family's income in the last year. The patwari of the place "
        "where you live first checks what you state. The certificate is valid for one year."
    ),
    category="certificates",
    life_events=("study", "ageing"),
    audience=("everyone", "families", "students"),
    keywords=(
        _("income"),
        _("salary"),
        _("scholarship"),
        _("fee concession"),
        _("economically weaker section"),
    ),
    who_may=(
        _("You live in the state."),
        _("For a child, a parent or guardian applies in their own name."),
    ),
    form=Form(YOU, INCOME, FAMILY, PAPERS),
    promise=15,
    stages=(
        Stage("field-report", _("The patwari looks into it")),
        Stage("decision", _("The tehsildar decides")),
    ),
    issues=(CERTIFICATE,),
    fee_words=_("Free."),
    shares=_("To check your income and to write your certificate."),
    keeps=_(
        "The department keeps the certificate for good, and your answers and documents for five "
        "years."
    ),
)
