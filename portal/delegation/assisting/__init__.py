"""What operators of service centres do before they may act."""
