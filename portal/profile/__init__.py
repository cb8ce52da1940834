"""What a person told the portal about themselves, kept by them, and filling in their forms."""
