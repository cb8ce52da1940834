"""Doing the same thing many times at once, each time as a request of its own would."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from portal.kernel.db import db


def at_once(house, times, work):
    """The results of `work()` run in so many threads; an exception is a result too."""
    start = Barrier(times)

    def one(_):
        with house.app_context():
            start.wait(60)
            try:
                result = work()
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - told as the result
                db.session.rollback()
                return error
            return result

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
