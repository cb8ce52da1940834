"""Which days the finance desk wants to read of."""

from datetime import date, timedelta
from typing import Any

from wtforms import Form, ValidationError

from portal.i18n import gettext, lazy_gettext
from portal.web.fields import DateField

# More is a file of its own: portal payments journal writes it line by line.
LONGEST = timedelta(days=92)


class DaysForm(Form):  # type: ignore[misc]
    """It is asked with the address, so it has no token: nothing is changed."""

    since = DateField(lazy_gettext("From"))
    until = DateField(lazy_gettext("Until, with this day"))

    def validate_until(self, field: Any) -> None:
        first, last = self.since.answer(), field.answer()
        if not first or not last:
            return
        if last < first:
            raise ValidationError(gettext("It is before the first day."))
        if date.fromisoformat(last) - date.fromisoformat(first) > LONGEST:
            raise ValidationError(gettext("Ask for three months at most at once."))

    def days(self) -> tuple[date, date]:
        """After `validate`, or of what was filled in."""
        first, last = self.since.answer(), self.until.answer()
        return date.fromisoformat(first), date.fromisoformat(last)
