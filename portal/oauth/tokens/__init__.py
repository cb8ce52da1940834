"""Codes, and the tokens that are made from them."""
