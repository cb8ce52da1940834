"""Notices from gateways."""
