"""Messages to people: a row, a job, and the adapter that carries it out of the house."""
