"""Who did what to whose data and why: append-only, chained by hash, no personal text."""
