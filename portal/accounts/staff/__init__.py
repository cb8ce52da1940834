"""Deciding over roles by two people, and emergencies; everybody concerned is told."""
