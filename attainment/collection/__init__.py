"""The termly collection of how children stand: what was recorded, the page for it, the list of who is missing."""
