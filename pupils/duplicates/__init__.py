"""Two records of one child become one (features, 10): found, looked at side by side, merged, and never lost.

`finding` proposes pairs by pupils.rules.duplicates. `planning` works out, without writing, what becomes of every row
that hangs off the other record; the page shows that plan and `services.merge_children` carries the same one out.
`handling` is where an app says how its rows give way; rows without such a rule are treated alike: a row equal to one
of the surviving child is not needed, one that differs is put to the person.
"""
