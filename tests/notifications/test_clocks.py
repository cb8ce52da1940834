"""Quiet hours and digests over days on which the clock changes: late by no more than they say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from portal.kernel.room import Notice
from portal.notifications import domain
from portal.notifications.domain import MORNING, RINGS, Choices, Digest, Quiet

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [ZoneInfo("Asia/Kolkata"), BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kathmandu")]
)
# Both changes of a year lie in it, in Europe and in America.
BEGIN, DAYS = datetime(2026, 2, 20, tzinfo=UTC), 273
MOMENTS = st.integers(0, DAYS * 24 * 60).map(lambda n: BEGIN + timedelta(minutes=n))
QUIET = st.builds(Quiet, st.integers(0, 23), st.integers(0, 23))
HOURS = timedelta(hours=1)
# The night in which Europe's clocks leave out the hour from two to three.
SPRING = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ALL = frozenset({"mail", "text", "push"})


def later(choices, at, *, needed=False):
    kind = Notice("some", "", "", needed=needed, channels=tuple(ALL))
    return domain.plan(kind, choices, at)


@given(QUIET, MOMENTS, ZONES)
@example(Quiet(3, 2), SPRING, BERLIN)
@example(Quiet(22, 2), SPRING, BERLIN)
def test_quiet_hours_end_after_them_and_within_two_days(quiet, moment, zone):
    at = moment.astimezone(zone)
    ends = quiet.over(at).astimezone(UTC)
    assert ends > moment
    assert not quiet.holds(ends.astimezone(zone))
    # One day more where a change leaves out the only hour that is open.
    assert ends - moment <= timedelta(days=2) + HOURS


@given(
    quiet=QUIET,
    digest=st.sampled_from(Digest),
    moment=MOMENTS,
    zone=ZONES,
    needed=st.booleans(),
)
@example(quiet=Quiet(3, 2), digest=Digest.DAY, moment=SPRING, zone=BERLIN, needed=False)
def test_what_is_held_back_goes_at_an_hour_that_is_not_quiet(quiet, digest, moment, zone, needed):
    at = moment.astimezone(zone)
    plan = later(Choices(quiet=quiet, digest=digest), at, needed=needed)
    assert plan.now | plan.later >= ALL
    assert not plan.now & plan.later
    assert (plan.at is None) == (not plan.later)
    if quiet.holds(at):
        assert not plan.now & RINGS
    if plan.at is not None:
        due = plan.at.astimezone(UTC)
        assert due >= moment
        assert not quiet.holds(due.astimezone(zone))
        longest = timedelta(days=7 if digest is Digest.WEEK and not needed else 1)
        assert due - moment <= longest + timedelta(days=2) + HOURS


@given(st.sampled_from([Digest.DAY, Digest.WEEK]), MOMENTS, ZONES)
def test_a_digest_comes_at_eight_by_the_clock_on_the_wall(digest, moment, zone):
    plan = later(Choices(digest=digest), moment.astimezone(zone))
    due = plan.at.astimezone(UTC).astimezone(zone)
    assert due.time() == MORNING
    assert digest is Digest.DAY or due.weekday() == 0


@given(QUIET, MOMENTS, ZONES)
def test_what_is_needed_goes_by_mail_at_any_hour(quiet, moment, zone):
    plan = later(Choices(quiet=quiet, digest=Digest.WEEK), moment.astimezone(zone), needed=True)
    assert "mail" in plan.now
