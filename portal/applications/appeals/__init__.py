"""Reviews and appeals: a decision, or its absence, is looked at again by somebody else."""
