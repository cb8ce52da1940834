"""From a recorded version to what people are offered, and back."""
