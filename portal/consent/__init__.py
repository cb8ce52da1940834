"""The ledger of consents: what a person let which provider have, why, and what was then sent."""
