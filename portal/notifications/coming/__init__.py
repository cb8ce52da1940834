"""What falls due for a person, from all rooms: one list, a calendar, and reminders."""
