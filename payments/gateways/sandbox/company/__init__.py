"""The sandbox's company: it stands for somebody else, with its own tables, pages and signature.

The portal's side knows of it only what `service.py` offers, as it would know a company's interface.
"""
