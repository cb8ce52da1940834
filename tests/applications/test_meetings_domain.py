"""The times that an office offers: within its hours, on working days, never in the past."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.applications.meetings import domain
from portal.registry import Appointment, Calendar, Holiday, Hours, Office
from portal.registry.domain import is_working
from tests.registry.publishing_factories import words

IST = ZoneInfo("Asia/Kolkata")
OFFICE = Office("rampur", words("Rampur"), words("Bus stand"))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def hours(draw):
    opens = draw(st.integers(0, 22 * 60))
    closes = draw(st.integers(opens + 30, 24 * 60 - 1))
    wall = [f"{one // 60:02}:{one % 60:02}" for one in (opens, closes)]
    return Hours(draw(st.integers(1, 7)), *wall)


@st.composite
def offered(draw):
    begin = draw(st.integers(0, 5))
    return Appointment(
        offices=(OFFICE,),
        hours=tuple(draw(st.lists(hours(), min_size=1, max_size=7, unique_by=_weekday))),
        minutes=draw(st.integers(5, 90)),
        from_days=begin,
        to_days=draw(st.integers(begin, 20)),
    )


def _weekday(one):
    return one.weekday


@given(
    offered(),
    st.lists(DAYS, max_size=20, unique=True),
    st.sets(st.integers(1, 7), max_size=3),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is given beside it
)
def test_every_time_is_open_worked_and_to_come(appointment, holidays, weekend, now):
    named = tuple(Holiday(day, words("Holiday")) for day in holidays)
    calendar = Calendar(weekend=tuple(sorted(weekend)), holidays=named)
    found = list(domain.slots(calendar, appointment, now))
    assert found == sorted(found)
    for slot in found:
        begins, ends = slot.starts_at.astimezone(IST), slot.ends_at.astimezone(IST)
        assert begins > now
        assert is_working(calendar, begins.date())
        ahead = begins.date() - now.astimezone(IST).date()
        assert timedelta(appointment.from_days) <= ahead <= timedelta(appointment.to_days)
        assert ends - begins == timedelta(minutes=appointment.minutes)
        assert any(_within(one, begins, ends) for one in appointment.hours)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


def _within(one, begins, ends):
    wall = [f"{at:%H:%M}" for at in (begins, ends)]
    same_day = begins.date() == ends.date() and begins.isoweekday() == one.weekday
    return same_day and one.opens <= wall[0] and wall[1] <= one.closes


def test_the_day_is_that_of_the_office_and_not_that_of_greenwich():
    every_day = tuple(Hours(day, "00:00", "01:00") for day in range(1, 8))
    appointment = Appointment(
        offices=(OFFICE,), hours=every_day, minutes=60, from_days=1, to_days=1
    )
    # Half past nine in the evening of the 23rd in London is the 24th in Ludhiana.
    now = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
    (slot,) = domain.slots(Calendar(weekend=()), appointment, now)
    assert slot.starts_at == datetime(2026, 11, 25, 0, 0, tzinfo=IST)
