"""Who the people are: contacts and details."""
