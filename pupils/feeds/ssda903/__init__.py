"""The SSDA903 return: children, care episodes and the return's other tables."""
