"""Taking payments: the gateway contract, the gateways, and a ledger that balances."""
