"""Comparing what companies and banks say with what is booked, and what a person must settle."""
