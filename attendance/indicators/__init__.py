"""Attendance in figures (indicators.md 4.4): sessions counted from the effective marks of days in care.

`counting` does it for children and spans of days, `groups` for terms, weeks, year groups and schools,
`completeness` shows which schools have sent what.
"""
