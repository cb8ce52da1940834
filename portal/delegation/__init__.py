"""Acting for another: who let whom do what, until when, and what it is done under."""
