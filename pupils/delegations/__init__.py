"""Delegation: a designated teacher opens sections of children's records to a colleague, until a day (adr 10)."""
