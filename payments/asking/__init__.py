"""Asking gateways how attempts ended, when nobody tells."""
