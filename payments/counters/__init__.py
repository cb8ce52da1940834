"""The desk of cashiers: what was taken for a challan is entered by one and confirmed by another."""
