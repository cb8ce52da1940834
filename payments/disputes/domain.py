"""Whose money a dispute takes. No web here, and no tables."""

from collections.abc import Sequence


def apportion(wanted: int, left: Sequence[int]) -> tuple[list[int], int]:
    """What it takes of each payment of the order, the first one first, and what is beyond them all.

    In minor units. A bank names one sum for an order of several, and no payment.
    """
    taken = []
    for one in left:
        taken.append(min(one, wanted))
        wanted -= taken[-1]
    return taken, wanted
