"""Periods of the ledger: once one is closed nothing is booked into it, and its sums stand."""
