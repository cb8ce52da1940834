"""What a program may still call, and how it is told so. No tables, no web."""

from dataclasses import dataclass
from typing import ClassVar

from portal.kernel.errors import N_, TooMany

WINDOW = 60
POLICY = "minute"


class TooManyCalls(TooMany):
    """`retry_after` is in seconds."""

    kind: ClassVar[str | None] = "too-many-calls"
    message = N_("This token made too many calls. Wait %(retry_after)s seconds, then go on.")


@dataclass(frozen=True)
class Quota:
    """`used` calls of the minute that ends in `resets` seconds, this one included."""

    most: int
    used: int
    resets: int

    @property
    def is_over(self) -> bool:
        return self.used > self.most

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft has it (draft-ietf-httpapi-ratelimit-headers-10)."""
        left = max(self.most - self.used, 0)
        return {
            "RateLimit-Policy": f'"{POLICY}";q={self.most};w={WINDOW}',
            "RateLimit": f'"{POLICY}";r={left};t={self.resets}',
        }
