"""Who decides again on what the corporation refused, or did not decide in time."""

from portal.registry import AppealLevel, _

LEVELS = (
    AppealLevel(
        _("Joint Commissioner of the corporation"), "joint-commissioner", ask_days=30, days=15
    ),
    AppealLevel(_("Municipal Commissioner"), "commissioner", ask_days=60, days=20),
)
