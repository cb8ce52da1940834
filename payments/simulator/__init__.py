"""A company that takes payments, played for tests and the demo: `portal payments simulate`.

A program of its own with books of its own. It knows nothing of the portal's payments, and speaks to
it as such companies do: over HTTP, with signed notices, and with the faults that they have.
"""
