"""What people choose: ways for each kind of message, quiet hours, digests."""

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.i18n import gettext
from portal.i18n import lazy_gettext as _l
from portal.kernel.room import Notice
from portal.notifications.domain import RINGS, Channel, Choices, Digest, Quiet
from portal.post import service as post
from portal.web.fields import ChoiceField, ChoicesField, SelectField

WAYS = {
    Channel.MAIL: _l("E-mail"),
    Channel.TEXT: _l("SMS"),
    Channel.INBOX: _l("Inbox"),
    Channel.PUSH: _l("On this device"),
}
DIGESTS = (
    (Digest.ONCE, _l("At once")),
    (Digest.DAY, _l("Once a day, in the morning")),
    (Digest.WEEK, _l("Once a week, on Monday morning")),
)
HOURS = tuple((str(hour), f"{hour}:00") for hour in range(24))
ALWAYS = _l("Always sent by e-mail and to your inbox. Choose whether you hear of it by more ways.")


class WaysField(ChoicesField):
    """No way at all is an answer, too."""

    def is_empty(self) -> bool:
        return False


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """One list of ways for each kind; made for the kinds that there are by `form_for`."""

    digest = ChoiceField(
        _l("How often"),
        hint=_l("What is always sent does not wait for this."),
        options=DIGESTS,
    )
    quiet_from = SelectField(_l("Quiet from"), required=False, options=HOURS)
    quiet_to = SelectField(_l("Quiet until"), required=False, options=HOURS)

    def validate_quiet_to(self, field: Any) -> None:
        """Raises ValidationError for half an answer."""
        begins, ends = self.quiet_from.raw, field.raw
        if bool(begins) != bool(ends) or (begins and begins == ends):
            raise ValidationError(gettext("Choose two different hours, or none."))

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self)

    def choices(self, kinds: Mapping[str, Notice]) -> Choices:
        chosen = {
            slug: frozenset(self[_name(slug)].answer() or ())
            for slug in kinds
            if _name(slug) in self
        }
        begins, ends = self.quiet_from.answer(), self.quiet_to.answer()
        quiet = Quiet(int(begins), int(ends)) if begins and ends else None
        return Choices(chosen, quiet, Digest(self.digest.answer()))


def form_for(kinds: Mapping[str, Notice], known: Choices, *, rings: bool) -> PreferencesForm:
    """`rings` when a browser of the person may be sent something."""
    fields = {
        _name(slug): _field(kind, ways)
        for slug, kind in kinds.items()
        if (ways := _ways(kind, rings=rings))
    }
    made = type("Preferences", (PreferencesForm,), fields)
    told: dict[str, Any] = {_name(slug): sorted(known.ways(kind)) for slug, kind in kinds.items()}
    told["digest"] = known.digest
    if known.quiet:
        told |= {"quiet_from": str(known.quiet.begins), "quiet_to": str(known.quiet.ends)}
    form: PreferencesForm = made(data=told)
    return form


def _field(kind: Notice, ways: list[Channel]) -> WaysField:
    hint = ALWAYS if kind.needed else None
    options = [(way, WAYS[way]) for way in ways]
    return WaysField(_l(kind.title), hint=hint, options=options)


def _ways(kind: Notice, *, rings: bool) -> list[Channel]:
    """Only what this portal can send by."""
    can = {Channel.MAIL, Channel.INBOX} | ({Channel.TEXT} if post.offers_texts() else set())
    can |= {Channel.PUSH} if rings else set()
    there = [way for way in WAYS if way in can]
    return [way for way in there if not kind.needed or way in RINGS]


def _name(slug: str) -> str:
    return f"kind_{slug}"
