"""Bills of providers: fetched by account number, paid once, and told to the provider."""
