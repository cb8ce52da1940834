"""The clients of the authorization server: who may ask, registered and approved."""
