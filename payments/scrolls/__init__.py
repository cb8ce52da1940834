"""Scrolls: the files in which a treasury or bank says which challans were paid."""
