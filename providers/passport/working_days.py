"""The days on which passport offices are closed: the holidays of the central government."""

from portal.registry import Calendar, Holiday, _

# The days of 2027 that follow the moon are foretold; they are corrected when they are announced.
HOLIDAYS = {
    "2026-01-26": _("Republic Day"),
    "2026-03-04": _("Holi"),
    "2026-03-21": _("Eid al-Fitr"),
    "2026-03-26": _("Ram Navami"),
    "2026-03-31": _("Mahavir Jayanti"),
    "2026-04-03": _("Good Friday"),
    "2026-05-01": _("Buddha Purnima"),
    "2026-05-27": _("Eid al-Adha"),
    "2026-06-26": _("Muharram"),
    "2026-08-15": _("Independence Day"),
    "2026-08-26": _("Birthday of the Prophet Muhammad"),
    "2026-09-04": _("Janmashtami"),
    "2026-10-02": _("Birthday of Mahatma Gandhi"),
    "2026-10-20": _("Dussehra"),
    "2026-11-08": _("Diwali"),
    "2026-11-24": _("Birthday of Guru Nanak Dev"),
    "2026-12-25": _("Christmas"),
    "2027-01-26": _("Republic Day"),
    "2027-03-10": _("Eid al-Fitr"),
    "2027-03-22": _("Holi"),
    "2027-03-26": _("Good Friday"),
    "2027-04-15": _("Ram Navami"),
    "2027-04-18": _("Mahavir Jayanti"),
    "2027-05-17": _("Eid al-Adha"),
    "2027-05-20": _("Buddha Purnima"),
    "2027-06-16": _("Muharram"),
    "2027-08-15": _("Birthday of the Prophet Muhammad, and Independence Day"),
    "2027-08-25": _("Janmashtami"),
    "2027-10-02": _("Birthday of Mahatma Gandhi"),
    "2027-10-09": _("Dussehra"),
    "2027-10-29": _("Diwali"),
    "2027-11-14": _("Birthday of Guru Nanak Dev"),
    "2027-12-25": _("Christmas"),
}

CALENDAR = Calendar(
    weekend=(6, 7),
    holidays=tuple(Holiday(day, name) for day, name in HOLIDAYS.items()),
    zone="Asia/Kolkata",
)
