"""How sensitive each field of what people ask of their own records is."""
