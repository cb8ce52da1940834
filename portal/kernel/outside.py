"""Asking another machine while a person waits: no transaction is open meanwhile, nor for long.

What may take longer than a moment is a job, and not for here.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from time import monotonic
from typing import ClassVar, TypeVar

from portal.kernel.db import db
from portal.kernel.errors import N_, DomainError

T = TypeVar("T")
SECONDS = 2.0
# A web process has three threads: one of them always serves pages that ask nobody.
MOST_WAITING = 2
_in_flight: set[str] = set()
_rests_until: dict[str, float] = {}
_waiting = threading.BoundedSemaphore(MOST_WAITING)
_changed = threading.Condition()


class TookTooLong(DomainError):
    """The other machine may still have done what it was asked to do."""

    status: ClassVar[int] = 503
    message = N_("The other side did not answer in time. Try again in a few minutes.")


class Busy(DomainError):
    """Somebody else of this process waits for the same machine already, or too many wait at all."""

    status: ClassVar[int] = 503
    message = N_("The other side is slow now. Try again in a few minutes.")


def outside(
    call: Callable[[], T],
    *,
    key: str,
    seconds: float = SECONDS,
    patience: float = 0,
    rest: float = 0,
) -> T:
    """Commit, give the connection back, call, and give the answer; a new transaction then begins.

    `call` runs in a thread of its own, without the application's context: give it all it needs.
    One that is too slow is left behind, and keeps its `key` busy until it ends, and `rest` seconds
    from now. Others wait so long as `patience` says for a key that is busy. Raises TookTooLong,
    Busy, and whatever the call raises.
    """
    db.session.commit()
    with _one_of_few():
        _claim(key, patience)
        answer: Future[T] = Future()
        threading.Thread(
            target=_run, args=(call, key, answer), name=f"outside {key}", daemon=True
        ).start()
        wait([answer], seconds)
    if not answer.done():
        with _changed:
            _rests_until[key] = monotonic() + rest
        raise TookTooLong
    return answer.result()


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _waiting.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _waiting.release()


def _claim(key: str, patience: float) -> None:
    with _changed:
        rests = _rests_until.get(key, 0) > monotonic()
        if rests or not _changed.wait_for(lambda: key not in _in_flight, patience):
            raise Busy
        _rests_until.pop(key, None)
        _in_flight.add(key)


def _release(key: str) -> None:
    with _changed:
        _in_flight.discard(key)
        _changed.notify_all()


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
