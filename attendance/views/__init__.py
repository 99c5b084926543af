"""Pages: a child's attendance, conflicts between marks, and which schools have sent what."""
