"""A PEP on paper: the plan for adults and the child's own edition."""
