"""Each term somebody looks at who has access, and confirms or removes each person (features 125 and 135)."""
