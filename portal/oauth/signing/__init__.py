"""The keys that ID tokens are signed with."""
