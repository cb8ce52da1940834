"""The books as files: for a spreadsheet, and for a program that keeps accounts."""
