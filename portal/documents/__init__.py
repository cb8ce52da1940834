"""Papers that anybody can check: made and signed, proved by a number and a QR code, ended."""
