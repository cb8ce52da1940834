"""Children: what a guardian does for them before they have an account."""
