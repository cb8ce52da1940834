"""What people are told of their payments, and of claims about them."""
