"""The authorization server: other sites and apps sign people in with the portal."""
