"""The wording of the PEP form, version by version. A version in force is never edited: the next one replaces it."""
