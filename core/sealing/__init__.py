"""Seals over the audit tables, by which an edited, removed, moved or inserted row is found (docs/adr/0008).

`rules` says what a seal is and what is wrong with one, `tables` reads rows and their digests, `outside` keeps the
seals' hashes in a file, `services` seals and verifies.
"""
