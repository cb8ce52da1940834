"""Speaking to gateways."""
