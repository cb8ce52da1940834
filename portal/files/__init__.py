"""Uploads and issued documents: checked by content, cleaned, sealed, and kept off the web root."""
