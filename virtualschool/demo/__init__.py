"""The demo county of Westmarch: invented people, schools and files, the same for the same seed and last day."""
