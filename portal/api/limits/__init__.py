"""How many calls a program may make, by whom all processes count together."""
