"""New rules of a service, tried on the applications of the past before they decide anything."""
