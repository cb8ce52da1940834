"""The pages of accounts, a module for each part."""
