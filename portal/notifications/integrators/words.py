"""What is said of an endpoint that does not take its messages; never what they say."""

from collections.abc import Mapping

from portal.i18n import gettext
from portal.kernel.errors import N_

# What happened -> the subject, and the sentence of the message.
SAID: Mapping[str, tuple[str, str]] = {
    "failing": (
        N_("Messages to %(provider)s fail"),
        N_(
            "Three tries in a row failed at your endpoint. We go on trying, and nothing is lost. "
            "Look at what it answered."
        ),
    ),
    "given_up": (
        N_("A message to %(provider)s was given up"),
        N_(
            "It was tried as often as planned. Those behind it wait until you send it again or "
            "skip it. For the next hour you are not told of others."
        ),
    ),
    "off_failing": (
        N_("The endpoint of %(provider)s is switched off"),
        N_(
            "It did nothing but fail for days. All messages are kept. Save its address to switch "
            "it on, and they are sent in order."
        ),
    ),
    "off_gone": (
        N_("The endpoint of %(provider)s is switched off"),
        N_(
            "It answered that it is gone (410). All messages are kept. Save its address to switch "
            "it on, and they are sent in order."
        ),
    ),
}


def subject(happened: str, provider: str) -> str:
    return gettext(SAID[happened][0], provider=provider)


def body(happened: str, url: str) -> str:
    see = gettext("See it: %(url)s", url=url)
    why = gettext("You get this message because you look after this provider. Do not answer it.")
    return f"{gettext(SAID[happened][1])}\n\n{see}\n\n{why}\n"
