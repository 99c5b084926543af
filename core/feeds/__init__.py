"""The feeds engine: files in, checked row by row, compared, confirmed, applied once."""
