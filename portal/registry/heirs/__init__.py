"""Services that are defined once and given by many."""
