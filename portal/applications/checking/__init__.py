"""What machines looked into before an officer does: said on the page of a case, never decided."""
