"""What may be said of a browser: its make, its system and its coarse network. Plain Python."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

# In this order: many browsers also call themselves Chrome or Safari, many systems Linux.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("UCBrowser/", "UC Browser"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("KAIOS", "KaiOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
COARSE = {4: 24, 6: 48}


@dataclass(frozen=True)
class Device:
    """Names are the makers' own and the same in every language; empty when nobody knows."""

    browser: str = ""
    system: str = ""
    network: str = ""

    @property
    def words(self) -> str:
        return words(self.browser, self.system)


def words(browser: str, system: str) -> str:
    return ", ".join(part for part in (browser, system) if part)


def device(user_agent: str, address: str) -> Device:
    return Device(_named(BROWSERS, user_agent), _named(SYSTEMS, user_agent), network(address))


def network(address: str) -> str:
    """The neighbourhood of an address, too coarse to lead to a house; empty for this machine."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    if known.is_loopback:
        return ""
    around = ip_network((known, COARSE[known.version]), strict=False)
    if known.version == 4:
        return f"{str(around.network_address).rpartition('.')[0]}.x"
    return str(around)


def _named(names: tuple[tuple[str, str], ...], told: str) -> str:
    return next((name for mark, name in names if mark in told), "")
