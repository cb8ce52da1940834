"""What a provider itself puts into its messages."""
