"""The shell of the administration: an overview drawn from what the rooms bring."""
