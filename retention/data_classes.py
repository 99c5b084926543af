"""How sensitive each field of the retention of records is."""
