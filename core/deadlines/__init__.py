"""When something is due, and why in words. Rules are data; PEPs and reviews share this engine."""
