"""What people may apply for, in every language: lists, pages of services and providers, search."""
