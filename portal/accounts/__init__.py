"""People, their passwords and second factors, their sessions, and what their roles allow."""
