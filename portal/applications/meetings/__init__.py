"""Visits to people and their appointments: the times there are, and the seats that are taken."""
