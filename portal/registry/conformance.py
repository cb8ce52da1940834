"""Whether a provider's declaration makes sense: each fault with its place and a sentence.

Reads values only: what the contract itself refuses has been refused before.
"""

import re
from collections.abc import Iterator
from itertools import chain
from zoneinfo import available_timezones

from portal.registry.contract import (
    LANGUAGES,
    Billing,
    Calendar,
    Provider,
    Reminders,
    Renewal,
    Service,
)
from portal.registry.domain import FILES
from portal.registry.finding import SLUG, Finding, nearest, of_table, slug, slugs, twice
from portal.registry.form_conformance import about_form, about_pattern
from portal.registry.inheriting import path_of
from portal.registry.paper_conformance import about_papers
from portal.registry.rule_conformance import about_rules
from portal.registry.stage_conformance import about_work
from portal.registry.tariff_conformance import about_tariff
from portal.registry.vocabulary import AUDIENCES, CATEGORIES, LIFE_EVENTS
from portal.registry.words import words_in

YEARS = range(2020, 2051)
MOST_PROMISED = 366
MOST_MONTHS = 600
MOST_REMIND_DAYS = 180
# What is not paid lapses after 14 days.
MOST_PAY_DAYS = 13
# No month has fewer.
DAYS_OF_A_MONTH = 28
# Kinds of answers that are not told before somebody has agreed to it.
TELL_WHO = FILES | {"name", "phone", "email", "national_id", "address", "location", "group"}
SETTINGS_NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")

# By the last part of the place; what is not here may be as long as LONGEST_WORDS.
LONGEST = {"title": 120, "name": 120, "post": 120, "summary": 300, "label": 300, "hint": 500}
LONGEST_WORDS = 5000
# So much of a text is told where it stands for itself.
SHOWN = 200

__all__ = ["Finding", "findings"]


def findings(provider: Provider) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the declaration; empty when all is well."""
    services = (
        chain(_about_service(service), about_work(provider, service))
        for service in provider.services
    )
    own = (_about_provider(provider), _about_billing("billing", provider.billing))
    later = (_about_renewals(provider), _about_reminders(provider))
    others = (_about_inherited(provider), *later, _about_words(provider))
    return tuple(chain(*own, *services, *others))


def _about_words(provider: Provider) -> Iterator[Finding]:
    for place, words in words_in(provider):
        english = words.texts["en"]
        for code in words.missing():
            yield Finding(
                f"{place} [{code}]",
                f"“{shortened(english)}” has no text in {code}. Add it to"
                f" translations/{code}/LC_MESSAGES/messages.po.",
            )
        most = LONGEST.get(place.rpartition(".")[2], LONGEST_WORDS)
        for code, text in words.texts.items():
            if len(text) > most:
                yield Finding(
                    f"{place} [{code}]",
                    f"The text has {len(text)} characters, and {most} is the most. Say it shorter.",
                )


def _about_provider(provider: Provider) -> Iterator[Finding]:
    yield from slug("slug", provider.slug)
    settings = provider.fulfilment.settings
    if settings is not None and not SETTINGS_NAME.match(settings):
        yield Finding(
            "fulfilment.settings",
            "Settings are called by capital letters, digits and _, such as WATER_BOARD.",
        )
    if provider.grievance_officer is None:
        yield Finding("grievance_officer", "Name the post that people can complain to.")
    if not provider.contacts:
        yield Finding("contacts", "People find no way to reach you. Add a Contact.", "warning")
    if not provider.appeals:
        yield Finding("appeals", "Say to whom a decision can be appealed.", "warning")
    for code in provider.languages:
        yield from of_table("languages", code, LANGUAGES, "language")
    if not provider.services and not provider.inherits:
        yield Finding("services", "The provider offers nothing. Add a Service.", "warning")
    yield from twice("services", (service.slug for service in provider.services), "services")
    yield from _about_calendar("calendar", provider.calendar)
    yield from slugs("posts", provider.posts or (), "posts")


def _about_billing(place: str, billing: Billing | None) -> Iterator[Finding]:
    if billing is None or billing.pattern is None:
        return
    yield from about_pattern(f"{place}.pattern", billing.pattern)
    if billing.pattern_message is None:
        yield Finding(
            f"{place}.pattern_message",
            "Say in words what the pattern asks for; people cannot read patterns.",
        )


def _about_inherited(provider: Provider) -> Iterator[Finding]:
    slugs = [path_of(one)[1] for one in provider.inherits]
    # Two of its own by one name are told elsewhere.
    own = dict.fromkeys(service.slug for service in provider.services)
    yield from twice("inherits", [*own, *slugs], "services")
    for one in provider.inherits:
        place, (parent, service) = f"inherits.{one.service}", path_of(one)
        if not (SLUG.match(parent) and SLUG.match(service)):
            yield Finding(
                place, "Say whose service it is, and which, such as “punjab-towns/trade-licence”."
            )
        if parent == provider.slug:
            yield Finding(place, "That is your own service. Inherit one of another provider.")
        if (one.fee is not None or one.tariff is not None) and one.fee_words is None:
            yield Finding(f"{place}.fee_words", "Say in words what the service costs here.")


def _about_renewals(provider: Provider) -> Iterator[Finding]:
    for service in provider.services:
        if service.renewal is not None:
            place = f"services.{service.slug}.renewal"
            yield from _about_renewal(place, service.renewal, provider)


def _about_reminders(provider: Provider) -> Iterator[Finding]:
    for service in provider.services:
        for part, days in (service.reminders or Reminders()).model_dump().items():
            most = MOST_PAY_DAYS if part == "pay_days" else MOST_REMIND_DAYS
            if not 0 < days <= most:
                place = f"services.{service.slug}.reminders.{part}"
                yield Finding(place, f"Say a number of days from 1 to {most}.")


def _about_renewal(place: str, renewal: Renewal, provider: Provider) -> Iterator[Finding]:
    if not 0 < renewal.months <= MOST_MONTHS:
        yield Finding(f"{place}.months", f"What is issued is good for 1 to {MOST_MONTHS} months.")
    elif not 0 < renewal.remind_days <= MOST_REMIND_DAYS:
        yield Finding(f"{place}.remind_days", f"Remind people 1 to {MOST_REMIND_DAYS} days before.")
    elif renewal.remind_days >= renewal.months * DAYS_OF_A_MONTH:
        yield Finding(
            f"{place}.remind_days", "People would be reminded before it begins. Remind them later."
        )
    if renewal.service is not None and provider.service(renewal.service) is None:
        known = [service.slug for service in provider.services]
        yield Finding(
            f"{place}.service",
            f"You have no service {renewal.service}.{nearest(renewal.service, known)}",
        )


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _about_calendar(place: str, calendar: Calendar) -> Iterator[Finding]:
    if calendar.zone not in available_timezones():
        yield Finding(f"{place}.zone", f"There is no time zone {calendar.zone}.")
    days = [holiday.date for holiday in calendar.holidays]
    yield from twice(f"{place}.holidays", (day.isoformat() for day in days), "holidays")
    for day in days:
        if day.year not in YEARS:
            yield Finding(
                f"{place}.holidays.{day}",
                f"{day} is outside the years {YEARS.start} to {YEARS.stop - 1}. Look at the year.",
            )


def _about_service(service: Service) -> Iterator[Finding]:
    place = f"services.{service.slug}"
    yield from slug(f"{place}.slug", service.slug)
    yield from of_table(f"{place}.category", service.category, CATEGORIES, "category")
    for event in service.life_events:
        yield from of_table(f"{place}.life_events", event, LIFE_EVENTS, "life event")
    for audience in service.audience:
        yield from of_table(f"{place}.audience", audience, AUDIENCES, "audience")
    yield from _about_promise(place, service)
    yield from _about_fee(place, service)
    yield from slugs(f"{place}.issues", service.issues, "documents")
    yield from about_papers(place, service)
    yield from about_form(f"{place}.form", service.form)
    yield from about_rules(place, service)
    yield from about_tariff(place, service)


def _about_promise(place: str, service: Service) -> Iterator[Finding]:
    if service.promise <= 0:
        yield Finding(f"{place}.promise", "Promise one working day or more.")
    if service.promise > MOST_PROMISED:
        yield Finding(f"{place}.promise", "Promise a year or less. The unit is working days.")
    if not service.who_may:
        yield Finding(f"{place}.who_may", "Say who may apply.", "warning")
    if not service.keywords:
        yield Finding(f"{place}.keywords", "Add words that people search by.", "warning")


def _about_quote(place: str, service: Service) -> Iterator[Finding]:
    """Nobody has agreed to anything yet when the fee is shown, so it never says who asks."""
    place, names = f"{place}.quote_by", service.quote_by or ()
    if ("quote" in (service.asks or ())) != bool(names):
        sentence = (
            "Name the questions that decide the fee, when quote is among asks, and only then."
        )
        yield Finding(place, sentence)
    for name in names:
        field = service.form.field(name)
        if field is None:
            known = [one.name for one in service.form.fields]
            yield Finding(f"{place}.{name}", f"There is no question {name}.{nearest(name, known)}")
        elif field.kind in TELL_WHO or field.personal in ("sensitive", "identity"):
            sentence = f"{name} may tell who asks, or more than a fee needs. Leave it out."
            yield Finding(f"{place}.{name}", sentence)


def _about_fee(place: str, service: Service) -> Iterator[Finding]:
    if service.fee is not None and "quote" in (service.asks or ()):
        sentence = "The provider is asked for the fee, so no rule says it. Leave one of them out."
        yield Finding(f"{place}.fee", sentence)
    yield from twice(f"{place}.asks", service.asks or (), "questions to the provider")
    yield from _about_quote(place, service)
    if service.may_cost and service.fee_words is None:
        yield Finding(f"{place}.fee_words", "Say in words what the service costs.")
    if not service.channels:
        yield Finding(f"{place}.channels", "Name a channel, such as online.")
