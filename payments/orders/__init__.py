"""Orders at gateways, and the payments that each of them pays."""
