"""Where providers answer for their bills, and how they are asked."""
