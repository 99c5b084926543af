"""Privacy notices in versions: drafted, approved, in force from a day, and who was given which (feature 132)."""
