"""The pages of the floor: indicators, and the termly report."""
