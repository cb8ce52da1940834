"""What a gateway said, made true here: once, whoever says it and however often."""
