"""What is given out at the end: a file of the provider's, or papers that the portal makes."""
