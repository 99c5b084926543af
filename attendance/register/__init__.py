"""Registers: a child's year as one string of marks for each school and source (stack.md A.1).

`places` does the arithmetic of places, `incoming` compares what a delivery says with what is stored, `storing`
reads and writes, `effective` derives the marks that count and the conflicts that a person decides.
"""
