"""A child that does not outlive the process that started it, where the system can do that."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(with_signal: signal.Signals) -> None:
    """Ask the kernel to send us this signal when the thread that started us is gone.

    Survives exec, but not a change of user: ask again after that.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
