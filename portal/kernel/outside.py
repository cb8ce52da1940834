"""Asking another machine while a person waits: no transaction is open meanwhile, nor for long.

What may take longer than a moment is a job, and not for here.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import ClassVar, TypeVar

from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError

T = TypeVar("T")
SECONDS = 2.0
_in_flight: set[str] = set()
_counting = threading.Lock()


class TookTooLong(DomainError):
    """The other machine may still have done what it was asked to do."""

    status: ClassVar[int] = 503
    message = N_("The other side did not answer in time. Try again in a few minutes.")


class Busy(DomainError):
    """Somebody else of this web process waits for the same machine already."""

    status: ClassVar[int] = 503
    message = N_("The other side is slow now. Try again in a few minutes.")


def outside(call: Callable[[], T], *, key: str, seconds: float = SECONDS) -> T:
    """Commit, give the connection back, call, and give the answer; a new transaction then begins.

    `call` runs in a thread of its own, without the application's context: give it all it needs.
    One that is too slow is left behind, and keeps its `key` busy until it ends. Raises
    TookTooLong, Busy, and whatever the call raises.
    """
    db.session.commit()
    _claim(key)
    answer: Future[T] = Future()
    threading.Thread(
        target=_run, args=(call, key, answer), name=f"outside {key}", daemon=True
    ).start()
    wait([answer], seconds)
    if not answer.done():
        raise TookTooLong
    return answer.result()


def _claim(key: str) -> None:
    with _counting:
        if key in _in_flight:
            raise Busy
        _in_flight.add(key)


def _release(key: str) -> None:
    with _counting:
        _in_flight.discard(key)


def _run(call: Callable[[], T], key: str, answer: "Future[T]") -> None:
    """The key is free before the answer is told, so that whoever hears it may ask again."""
    try:
        told = call()
    except BaseException as error:  # noqa: BLE001 - told to whoever waits for it
        _release(key)
        answer.set_exception(error)
    else:
        _release(key)
        answer.set_result(told)
