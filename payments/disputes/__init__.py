"""Disputes: a bank wants the money of an order back, and gets it or not."""
