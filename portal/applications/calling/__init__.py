"""What person and officer do with a visit or an appointment, and the pages for it."""
