"""Family: guardians and the children whom they apply for."""
