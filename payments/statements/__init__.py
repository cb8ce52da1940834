"""What a provider is owed, came by, and was sent, in some days: a page and a spreadsheet."""
