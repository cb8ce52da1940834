"""What a person may or must still do by a day: appeal a decision, choose a time."""
