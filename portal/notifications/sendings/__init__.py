"""By which ways a message of the inbox went out, and how far it came."""
