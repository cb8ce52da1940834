"""The pictures that providers send with their bundles: made anew, kept by what they are, shown."""
