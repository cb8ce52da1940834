"""Pages of the desk beside the queue and the case itself."""
