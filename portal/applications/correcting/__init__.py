"""Answers that the person corrects by themselves, before anybody decides on them."""
