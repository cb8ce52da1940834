"""Areas: states, districts, tehsils, towns and villages, and how an address names them."""
