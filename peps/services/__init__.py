"""What is done with PEPs: each module one part of their life."""
