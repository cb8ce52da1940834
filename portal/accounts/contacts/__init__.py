"""Contacts: proving that an e-mail address or mobile number is somebody's own."""
