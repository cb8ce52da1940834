"""Ports of this machine for servers that a test starts later."""

import secrets

from portal.kernel import ports

# Below those that the system gives to connections, so none takes it before the server does.
FIRST, MANY = 20_000, 12_000


def free_port():
    # Not `random`: it is seeded alike in every worker.
    while not ports.is_free(port := FIRST + secrets.randbelow(MANY)):
        pass
    return port
