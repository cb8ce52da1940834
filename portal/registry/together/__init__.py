"""Life events of which enough is on offer today."""
