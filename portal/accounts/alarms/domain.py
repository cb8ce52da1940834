"""What people are warned of, in which words, and how long the link that says "not me" is good."""

from dataclasses import dataclass
from datetime import timedelta

from portal.kernel.errors import N_, Gone

# As long as a recovery may take from its beginning to its end, so that neither outlives the other.
LASTS = timedelta(days=7)
# Of one event that is told twice within this, one message goes out.
SAME = timedelta(minutes=1)


class LinkEnded(Gone):
    message = N_("This link has ended or was used. Sign in to look after your account.")


@dataclass(frozen=True)
class Warning:  # noqa: A001 - what it is
    """`body` is one or two short sentences; `has_link` is false where nothing is left to stop."""

    subject: str
    body: str
    has_link: bool = True


# The kinds of factors, as `kind` names them.
KINDS = {
    "app": N_("an authenticator app"),
    "passkey": N_("a passkey"),
    "codes": N_("new recovery codes"),
    "text": N_("codes by SMS"),
}
WARNINGS: dict[str, Warning] = {
    "new_device": Warning(
        N_("New sign-in to your account"),
        N_("Somebody signed in to your account with a browser that is new to us: %(device)s."),
    ),
    "factor_set": Warning(
        N_("A new way to sign in to your account"),
        N_("This was set up for your account: %(kind)s."),
    ),
    "factor_removed": Warning(
        N_("A way to sign in was removed"),
        N_("This signs nobody in to your account any more: %(kind)s."),
    ),
    "password_changed": Warning(
        N_("Your password was changed"),
        N_("The password of your account was changed. Everywhere else you are signed out."),
    ),
    "contact_changed": Warning(
        N_("A contact of your account was changed"),
        N_("An e-mail address or mobile number of your account was changed or removed."),
    ),
    "recovery_done": Warning(
        N_("Your account has a new way to sign in"),
        N_("Somebody recovered your account: what signed you in before no longer works."),
    ),
    "role_changed": Warning(
        N_("Your role was changed"),
        N_("A role of your account was given or taken away. Sign in again."),
    ),
    "break_glass": Warning(
        N_("Emergency access was opened"),
        N_("Somebody of the staff opened emergency access for an hour. It is recorded."),
        has_link=False,
    ),
    "helper_added": Warning(
        N_("Somebody may act for you"),
        N_("Your account lets somebody act for you now."),
    ),
    "identity_linked": Warning(
        N_("Another way to sign in was linked"),
        N_("An identity of another service was linked with your account."),
    ),
    "not_me": Warning(
        N_("Your account was secured"),
        N_(
            "Somebody said by a link of ours that a change was not theirs. You are signed out "
            "everywhere, and your password must be set anew."
        ),
        has_link=False,
    ),
}
OTHER = Warning(N_("Your account was changed"), N_("How you sign in to your account was changed."))
