"""Ways back into an account: a new password, new factors, and "this was not me"."""
