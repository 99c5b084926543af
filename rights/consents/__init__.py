"""The consent log of a child: what was asked, who answered what, on which notice (feature 132)."""
