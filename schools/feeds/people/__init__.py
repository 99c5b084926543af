"""The file of people: who works with the children, as what, where, and until when."""
