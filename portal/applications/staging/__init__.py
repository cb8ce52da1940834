"""Where a case stands among the stages of its service, by the columns of its row."""
