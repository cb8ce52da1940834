"""The account number, which the forms and the bills ask for in the same words."""

from portal.registry import _

ACCOUNT_NUMBER = _("Account number")
ACCOUNT_HINT = _("10 digits. It stands at the top right of your electricity bill.")
ACCOUNT_PATTERN = r"[0-9]{10}"
TEN_DIGITS = _("Write the 10 digits of the account number, without spaces.")
