"""Claims of people who paid: money left the account, or the service was not given."""
