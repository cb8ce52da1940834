"""What a person prints to pay with: any gateway whose orders are paid with a paper has it."""
