"""How many hands of this process one endpoint may keep busy. Nothing is stored."""

from collections import Counter
from threading import Condition
from time import monotonic

# Whoever was turned away may not have said so in the database yet.
REMEMBERED = 5.0
# An endpoint that answered just now soon has room again: to wait costs less than to come again.
JUST_NOW, PATIENCE = 0.05, 0.02


class Gate:
    """Lets so many in at a time by name, and remembers that others were turned away."""

    def __init__(self) -> None:
        self._inside: Counter[str] = Counter()
        self._turned_away: dict[str, float] = {}
        self._left: dict[str, float] = {}
        self._counting = Condition()

    def enter(self, name: str, most: int) -> bool:
        with self._counting:
            if monotonic() - self._left.get(name, 0) < JUST_NOW:
                self._counting.wait_for(lambda: self._inside[name] < most, PATIENCE)
            if self._inside[name] >= most:
                self._turned_away[name] = monotonic()
                return False
            self._inside[name] += 1
            return True

    def leave(self, name: str) -> None:
        with self._counting:
            self._inside[name] -= 1
            if not self._inside[name]:
                del self._inside[name]
            self._left[name] = monotonic()
            self._counting.notify_all()

    def room(self, name: str, most: int) -> int:
        """How many of those that were turned away may come now; 0 when none was."""
        with self._counting:
            return max(most - self._inside[name], 0) if name in self._turned_away else 0

    def found_nobody(self, name: str) -> None:
        """Of those that were turned away, none is left."""
        with self._counting:
            if monotonic() - self._turned_away.get(name, 0) > REMEMBERED:
                self._turned_away.pop(name, None)


gate = Gate()
