"""How messages fared: what companies report, and what is read of it."""
