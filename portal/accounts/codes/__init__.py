"""Codes: six digits or a link, sent to somebody, good once and for a short time."""
