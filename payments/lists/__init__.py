"""Payment lists: money that is sent to accounts, by files that a bank takes and answers."""
