"""The answers of one PEP of the demo: every section that the child's form has, from one theme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from peps.rules import targets as target_rules
from peps.rules.form import Field, Kind, Section
from virtualschool.demo import pep_words as words


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Whose plan it is: nothing that names the child."""

    phase: str
    nc_year: int
    send: str
    key_adult: str
    teacher: str
    social_worker: str
    theme: words.Theme
    held_on: date


def answers_for(sections: list[Section], who: Subject, chance: Random) -> dict[str, dict[str, Any]]:
    """{section code: {field: answer}}, with all that is required before a plan is submitted."""
    known = {**_about_child(who, chance), **_about_school(who, chance), **_about_what_is_next(who, chance)}
    found: dict[str, dict[str, Any]] = {}
    for section in sections:
        own: dict[str, Any] = {}
        for field in section.fields:
            value = known.get(f"{section.code}.{field.key}")
            if value is None and field.is_required(own):
                value = _plain(field, who)
            if value is not None:
                own[field.key] = value
        found[section.code] = own
    return found


def _about_child(who: Subject, chance: Random) -> dict[str, Any]:
    """What the social worker, the child and the carer say."""
    obtained = {"early_years": "observed", "primary": "key_person"}.get(who.phase, "written")
    return {
        "A.first_language": "English",
        "A.interpreter_needed": "no",
        "A.parental_responsibility": "Mother, shared with the council",
        "A.emergency_contact": "The carer, then the duty social worker",
        "A.receives_school_information": "The carer and the social worker",
        "A.signs_trips": "The carer, for day trips; the social worker for nights away",
        "A.contact_restricted": "no",
        "A.sdq_state": "scored",
        "A.sdq_score": str(chance.randrange(6, 24)),
        "A.sdq_on": (who.held_on - timedelta(days=chance.randrange(20, 160))).isoformat(),
        "C.how_obtained": chance.choices([obtained, "carer", "teacher", "declined"], weights=[12, 4, 4, 1])[0],
        "C.going_well": who.theme.good,
        "C.hard": who.theme.hard,
        "C.would_help": who.theme.helps,
        "C.trust": chance.choice(words.TRUST),
        "C.next": words.NEXT_STEP[who.phase],
        "C.adults_should_know": chance.choice(words.ADULTS_KNOW),
        "C.interests": who.theme.interest[:1].upper() + who.theme.interest[1:],
        "C.copy_agreed": "yes",
        "C.results_consent": "yes",
        "D.home_support": chance.choice(words.HOME),
        "D.interests_support": chance.choice(words.INTEREST_HELP),
        "D.worries": chance.choice(words.WORRIES),
    }


def _about_school(who: Subject, chance: Random) -> dict[str, Any]:
    """What the designated teacher says."""
    on_track = chance.random() < 0.6
    subjects = ("English", "Mathematics", "Science")
    grades = ("working towards", "expected", "above") if who.phase == "primary" else ("3", "4", "5")
    standing = ("Nearly there", "On track", "On track") if on_track else ("Behind", "Nearly there", "On track")
    return {
        "B.history_right": "yes",
        "B.key_adult": who.key_adult,
        "B.hours_offered": "25" if who.nc_year < 12 else "18",
        "B.arrangements": f"Full timetable. {who.theme.helps}. The key adult meets the child on Mondays and Fridays.",
        "B.enrichment": f"Encouraged towards {who.theme.interest}.",
        "E.early_learning": [
            {"area": "Communication and language", "standing": "Below", "comment": "Catching up since half-term"},
            {"area": "Physical development", "standing": "On", "comment": ""},
        ],
        "E.subjects": [
            {"subject": s, "current": grades[n % 2], "target": grades[2], "standing": standing[n]}
            for n, s in enumerate(subjects)
        ],
        "E.targets_aspirational": "yes",
        "E.on_track": "yes" if on_track else "no",
        "E.not_on_track": None if on_track else words.NOT_ON_TRACK,
        "E.achievements": chance.choice(words.ACHIEVEMENTS),
        "F.attendance_comment": chance.choice(words.ATTENDANCE_WORDS),
        "F.reduced_timetable": "no",
        "G.unofficial": "no",
        "G.conduct": chance.choice(words.CONDUCT),
        "H.entries": [
            {"subject": s, "level": "GCSE", "board": "AQA", "tier": tier, "entered": "Planned", "predicted": "4",
             "mock": "3", "target": "5"}
            for s, tier in (("Mathematics", "Foundation"), ("English language", ""))
        ],
        "I.send": {"E": "ehcp", "S": "ehcp", "K": "support"}.get(who.send, "none"),
        "I.needs": "Speech, language and communication: pre-taught words, instructions in steps, a quiet place."
        if who.send in {"E", "S", "K"} else None,
        "I.annual_review": (who.held_on + timedelta(days=150)).isoformat(),
        "I.portable": "Yes: the plan is written so that it can begin elsewhere on the first day.",
    }  # fmt: skip


def _about_what_is_next(who: Subject, chance: Random) -> dict[str, Any]:
    """Money, interventions, transitions and actions, as the school puts them."""
    return {
        "K.money_used": chance.choice(words.MONEY_USED),
        "K.asks_money": "yes",
        "K.not_general": "yes",
        "L.interventions": [
            {"name": who.theme.hard_target[4], "who": who.key_adult, "often": "three times a week",
             "from": f"{who.held_on + timedelta(days=7):%-d %b %Y}", "to": "end of next term", "cost": "240",
             "effect": ""},
        ],
        "M.change_planned": "no",
        "N.next_setting": "The school of first choice is named; the place is confirmed in March",
        "N.transition_plan": "Two visits with the key adult, a one-page profile, both schools meet in June.",
        "O.key_person": who.key_adult,
        "O.funded_hours": "30",
        "O.two_year_check": "Done with the carer; speech was the one concern.",
        "O.early_premium": "Pays for the weekly talk group.",
        "O.admission_plan": "Application made in January; visits in June with the carer.",
        "P.eet": "education",
        "P.course": "Level 2 diploma, Westmarch College",
        "P.careers_guidance": "Met the careers adviser twice this term; next in February.",
        "P.bursary": "awarded",
        "P.higher_education": "no",
        "Q.actions": [
            {"action": "Book the tuition", "owner": who.teacher,
             "due": f"{who.held_on + timedelta(days=10):%-d %b %Y}"},
            {"action": "Tell the child what was agreed", "owner": who.social_worker,
             "due": f"{who.held_on + timedelta(days=5):%-d %b %Y}"},
        ],
        "Q.distribution": "Child, carer, social worker, school, Virtual School, reviewing officer",
    }  # fmt: skip


def _plain(field: Field, who: Subject) -> Any:
    """An answer to a required question that no theme speaks of."""
    match field.kind:
        case Kind.YES_NO:
            return "no"
        case Kind.CHOICE | Kind.MANY:
            return field.choices[0][0] if field.kind is Kind.CHOICE else [field.choices[0][0]]
        case Kind.DATE:
            return (who.held_on + timedelta(days=60)).isoformat()
        case Kind.NUMBER:
            return "1"
        case Kind.ROWS:
            return [{key: "As agreed at the meeting" for key, _ in field.columns}]
        case _:
            return "As talked about at the meeting; nothing further at present."


def targets_for(who: Subject, chance: Random, due_on: date) -> list[Mapping[str, Any]]:
    """Three targets that pass the hints: what is hard, attendance or lessons, and what the child likes."""
    outcome, measure, start, end, done = who.theme.hard_target
    needs = (
        "Says it is hard, and the school's assessment agrees",
        "Missed learning after moves",
        "Few friends outside",
    )
    plans = (
        ("academic", outcome, measure, start, end, done, who.key_adult, "240.00", True),
        (
            "attendance", "To be in school and on time on 95 of 100 mornings", "mornings on time of 100",
            str(chance.randrange(80, 93)), "95", "A call by eight and a start in the hub", who.teacher, None, False,
        ),
        (
            "leisure", f"To go each week to a club for {who.theme.interest}", "weeks of ten with the club visited",
            str(chance.randrange(0, 4)), "8", "A place in the club and a lift", who.social_worker, "60.00", True,
        ),
    )  # fmt: skip
    found: list[Mapping[str, Any]] = []
    for number, (kind, goal, what, low, high, how, owner, cost, voice) in enumerate(plans, start=1):
        row = {"what": how, "when": "From next week", "where": "At school", "who": owner, "often": "three times a week"}
        found.append(
            {
                "number": number,
                "kind": target_rules.Kind(kind).value,
                "need": needs[number - 1],
                "outcome": goal,
                "why": "So that lessons and friends feel safe, and the next step is open",
                "how": [row],
                "measure": what,
                "measure_from": low,
                "measure_to": high,
                "owner_name": owner,
                "due_on": due_on,
                "cost": cost,
                "cost_words": "12 sessions at £20" if number == 1 else "",
                "child_view": "I said this one." if voice else "",
                "from_voice": voice,
            }
        )
    return found
