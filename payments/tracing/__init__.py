"""Everything that is known of one payment, in the order in which it came."""
