"""What writers of providers need on their own machine: no web pages of ours, and no database."""
