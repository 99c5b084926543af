"""Break-glass: a person with no relation to a child opens its record, with a reason, for some hours (practice.md 9.2).

Exactly one child, who must be named exactly; only its own pages, only to read; the Virtual School Head is told at once
and reviews it. `reading` says how a request comes by the child, `services` what happens, `naming` who is meant.
"""

SHORTEST_REASON = 20
"""Characters (OURS): less than that says nothing."""
