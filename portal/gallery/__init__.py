"""The gallery: every part that pages are made of, on one page for those who build them."""
