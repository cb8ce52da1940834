"""Officers' work on a case: whose it is, the clock of its stage, what they record and note."""
