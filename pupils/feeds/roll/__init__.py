"""The roll: what the SSDA903 lacks, in a layout of our own."""
