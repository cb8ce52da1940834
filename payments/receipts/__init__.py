"""Receipts on paper: made when the money has come, signed, and kept."""
