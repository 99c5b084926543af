"""The pages of PEPs as a whole, as tabs: which a person has, and the term that a page is about."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from core.roles import Permission, Role
from core.rules import Season, parse_term_code, term_code, term_label
from peps import cycle, rules
from peps.models import PEP
from peps.rules.workflow import WRITES_AS

P = Permission


def tabs(user: Any, active: str) -> list[dict[str, Any]]:
    """The pages that the person's role includes; none where there is only the list."""
    pages = [("peps:list", "All PEPs")]
    if Role(user.role) in WRITES_AS and user.role != Role.VSH:
        pages.append(("peps:mine", "My work"))
    if user.can(P.COMPLETE_PEPS):
        pages += [("peps:queue", "To check"), ("peps:board", "Timeliness"), ("peps:measures", "Indicators")]
    if len(pages) == 1:
        return []
    return [{"label": label, "url": reverse(name), "active": name == active} for name, label in pages]


def term_asked(request: HttpRequest, today: date) -> rules.Term:
    """The term of the address ("?term=2026-autumn"), else the present one; 404 for what is no term."""
    asked = request.GET.get("term", "")
    if not asked:
        return cycle.current_term(today)
    try:
        return cycle.term_of(*parse_term_code(asked))
    except ValueError:
        raise Http404("There is no such term.") from None


def terms_known(user: Any, term: rules.Term, name: str) -> list[dict[str, Any]]:
    """The terms with PEPs in the person's scope, newest first, as links; the last six."""
    order = list(Season)
    pairs = PEP.objects.visible_to(user).order_by().values_list("academic_year", "season").distinct()
    known = {(year, Season(season)) for year, season in pairs} | {(term.academic_year, term.season)}
    newest = sorted(known, key=lambda t: (t[0], order.index(t[1])), reverse=True)[:6]
    return [
        {
            "label": term_label(*one),
            "url": f"{reverse(name)}?term={term_code(*one)}",
            "active": one == (term.academic_year, term.season),
        }
        for one in newest
    ]
