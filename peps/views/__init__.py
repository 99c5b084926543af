"""Pages of PEPs."""
