"""What a provider may see of an application, and the trace that each look leaves."""
