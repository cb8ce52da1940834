"""Which redirect URIs a client may have, and what else its registration says."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from authlib.common.urls import add_params_to_uri

from portal.kernel.errors import N_, BadInput, DomainError, NotFound

LOOPBACK = ("127.0.0.1", "::1")
MOST_URIS, LONGEST_URI = 10, 500


class Kind(StrEnum):
    """A site keeps a secret, an app on a device cannot; a program acts for nobody."""

    SITE = "site"
    APP = "app"
    PROGRAM = "program"


class State(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class UnfitClient(BadInput):
    status = 422
    message = N_("Give a name, a website that begins with https:// and what the data is for.")


class UnfitScopes(BadInput):
    status = 422
    message = N_("Choose scopes that fit this kind of client.")


class UnfitRedirect(BadInput):
    status = 422
    message = N_(
        "Give 1 to 10 exact addresses that begin with https://, without *, # or dots as folders. "
        "Apps may also use http://127.0.0.1 or a scheme of their own such as org.example.app:/back."
    )


class NoSuchClient(NotFound):
    message = N_("There is no such site or app.")


class ApprovedByAnother(DomainError):
    status = 403
    message = N_("Somebody else must approve what you registered or changed yourself.")


@dataclass(frozen=True)
class Told:
    """What the integrator says of a client. `needed` are claims that cannot be unticked."""

    provider: str
    name: str
    kind: Kind
    website: str
    purpose: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    needed: tuple[str, ...] = ()


def check_redirects(uris: tuple[str, ...], kind: Kind) -> None:
    """Raises UnfitRedirect."""
    if kind is Kind.PROGRAM:
        if uris:
            raise UnfitRedirect
        return
    if not 1 <= len(uris) <= MOST_URIS or not all(is_fit(uri, kind) for uri in uris):
        raise UnfitRedirect


def is_fit(uri: str, kind: Kind) -> bool:
    parts = _parts(uri)
    if parts is None or "@" in parts.netloc or set(uri) & set('*#"\\') or _has_dots(parts):
        return False
    if add_params_to_uri(uri, ()) != uri:  # the query would not survive the answer
        return False
    if parts.scheme == "https":
        return bool(parts.hostname) and not uri.startswith("https:///")
    if kind is not Kind.APP:
        return False
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return "." in parts.scheme and not parts.netloc and parts.path.startswith("/")


def is_website(text: str) -> bool:
    parts = _parts(text)
    return parts is not None and parts.scheme == "https" and bool(parts.hostname)


def matches(registered: str, given: str) -> bool:
    """Exactly; the port of a loopback address alone is the app's to choose (RFC 8252, 7.3)."""
    if registered == given:
        return True
    ours, theirs = _parts(registered), _parts(given)
    if ours is None or theirs is None or ours.scheme != "http" or ours.hostname not in LOOPBACK:
        return False
    return is_fit(given, Kind.APP) and _portless(ours) == _portless(theirs)


def _parts(uri: str) -> SplitResult | None:
    if not 0 < len(uri) <= LONGEST_URI or any(not 32 < ord(letter) < 127 for letter in uri):
        return None
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return None
    return parts


def _has_dots(parts: SplitResult) -> bool:
    steps = parts.path.casefold().replace("%2e", ".").split("/")
    return any(step in (".", "..") for step in steps)


def _portless(parts: SplitResult) -> tuple[str, ...]:
    return (parts.scheme, parts.hostname or "", parts.path, parts.query)
