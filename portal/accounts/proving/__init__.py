"""Proving contacts: the pages and messages by which somebody shows that a contact is theirs."""
