"""Applications: sent by a person, worked on by a provider, followed by both until the end."""
