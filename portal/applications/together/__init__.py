"""Several applications from one set of answers, for what happens in a life."""
