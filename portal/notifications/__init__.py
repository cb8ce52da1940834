"""What people are told of what happens to them: heard from all rooms, sent through the post."""
