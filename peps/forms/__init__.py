"""Forms of the PEP pages."""
