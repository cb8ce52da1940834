"""Another provider is asked for an opinion or a fact about a case, and answers."""
