"""What people were told, kept for them to read in the portal."""
