"""What departments upload: read, judged, kept, and recorded as drafts."""
