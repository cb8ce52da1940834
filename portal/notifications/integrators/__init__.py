"""What integrators are told of their endpoints."""
