"""What officers decide: alone, with a second one, or on many cases at once."""
