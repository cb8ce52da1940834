"""The page on which an officer takes an issued document back, or has it made anew."""
