"""Messages on an application, between its person and the officers of the provider."""
