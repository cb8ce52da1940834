"""The days on which the corporation's offices are closed; repairs go on every day."""

from portal.registry import Calendar, Holiday, _

# The days of 2027 that follow the moon are foretold; they are corrected when they are announced.
HOLIDAYS = {
    "2026-01-26": _("Republic Day"),
    "2026-03-04": _("Holi"),
    "2026-03-21": _("Eid al-Fitr"),
    "2026-04-14": _("Vaisakhi"),
    "2026-05-01": _("May Day"),
    "2026-08-15": _("Independence Day"),
    "2026-10-02": _("Birthday of Mahatma Gandhi"),
    "2026-10-20": _("Dussehra"),
    "2026-11-24": _("Birthday of Guru Nanak Dev"),
    "2026-12-25": _("Christmas"),
    "2027-01-15": _("Birthday of Guru Gobind Singh"),
    "2027-01-26": _("Republic Day"),
    "2027-03-10": _("Eid al-Fitr"),
    "2027-03-22": _("Holi"),
    "2027-04-14": _("Vaisakhi"),
    "2027-05-01": _("May Day"),
    "2027-10-02": _("Birthday of Mahatma Gandhi"),
    "2027-10-09": _("Dussehra"),
    "2027-10-29": _("Diwali"),
    "2027-12-25": _("Christmas"),
}

CALENDAR = Calendar(
    weekend=(7,),
    holidays=tuple(Holiday(day, name) for day, name in HOLIDAYS.items()),
    zone="Asia/Kolkata",
)
