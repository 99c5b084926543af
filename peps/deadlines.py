"""When something about a PEP is due: the rows of practice.md 1.6 (P1 to P14), with the defaults given there.

The owners follow who does what in practice.md 1.5. From 1 April 2011 the Care Planning Regulations (SI 2010/959) hold;
before that the joint guidance of 2000 gave 20 school days, and PEPs were reviewed with the care reviews.
"""

from datetime import date

from core.deadlines.registry import register
from core.deadlines.rules import Anchor, Cap, Escalation, Rule, Trigger, Unit
from core.roles import Role
from peps.rules import CUT_OFF_SCHOOL_DAYS

REGULATIONS_2010_FROM = date(2011, 4, 1)
LATE = (Escalation(1, Role.ADVISER), Escalation(5, Role.VSH))
BEFORE_FIRST_REVIEW = Cap("review_on", -2, Unit.WORKING_DAY, "the first care review")
TEACHER, WORKER, ADVISER = Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER, Role.ADVISER
WORKING, SCHOOL = Unit.WORKING_DAY, Unit.SCHOOL_DAY

T = Trigger
RULES = (
    Rule(
        code="P1", title="Initiate the PEP", trigger=T.BECAME_LOOKED_AFTER, offset=10, unit=WORKING, owner=WORKER,
        escalations=LATE,
    ),
    Rule(
        code="P1s", title="PEP complete (older county rule)", trigger=T.BECAME_LOOKED_AFTER, offset=10, unit=SCHOOL,
        owner=TEACHER, escalations=LATE, switched_on=False,
    ),
    Rule(
        code="P2", title="First PEP complete", trigger=T.BECAME_LOOKED_AFTER, offset=20, unit=WORKING, owner=TEACHER,
        cap=BEFORE_FIRST_REVIEW, escalations=LATE, from_on=REGULATIONS_2010_FROM,
    ),
    Rule(
        code="P2", title="First PEP complete", trigger=T.BECAME_LOOKED_AFTER, offset=20, unit=SCHOOL, owner=TEACHER,
        cap=BEFORE_FIRST_REVIEW, escalations=LATE, until_on=REGULATIONS_2010_FROM,
    ),
    Rule(
        code="P3", title="New PEP in the new setting", trigger=T.NEW_SCHOOL, offset=20, unit=WORKING, owner=TEACHER,
        escalations=LATE,
    ),
    Rule(
        code="P4", title="Full PEP after the move", trigger=T.NEW_PLACEMENT, offset=20, unit=WORKING, owner=WORKER,
        escalations=LATE,
    ),
    Rule(
        code="P5", title="PEP of the term", trigger=T.TERM_START, anchor=Anchor.TERM_END, offset=-CUT_OFF_SCHOOL_DAYS,
        unit=SCHOOL, owner=TEACHER, reminders=(15, 5, 1), escalations=LATE,
    ),
    Rule(
        code="P6", title="Longest gap between PEPs", trigger=T.PREVIOUS_PEP, offset=6, unit=Unit.MONTH, warn_offset=4,
        owner=ADVISER, escalations=(Escalation(1, Role.VSH),),
    ),
    Rule(
        code="P7", title="First care review, with the PEP", trigger=T.BECAME_LOOKED_AFTER, offset=28,
        unit=Unit.CALENDAR_DAY, owner=Role.IRO, until_on=REGULATIONS_2010_FROM,
    ),
    Rule(
        code="P8", title="Fill in what is known, send the link to the school", trigger=T.MEETING, offset=-15,
        unit=WORKING, owner=ADVISER,
    ),
    Rule(
        code="P9", title="Sections of the social worker", trigger=T.MEETING, offset=-5, unit=WORKING, owner=WORKER,
        escalations=LATE,
    ),
    Rule(
        code="P10", title="Finish and submit", trigger=T.MEETING, offset=10, unit=WORKING, owner=TEACHER,
        escalations=LATE,
    ),
    Rule(
        code="P11", title="Quality assurance", trigger=T.SUBMISSION, offset=10, unit=WORKING, owner=ADVISER,
        escalations=(Escalation(1, Role.VSH),),
    ),
    Rule(
        code="P12", title="Mend what was returned", trigger=T.RETURNED, offset=5, unit=WORKING, owner=TEACHER,
        escalations=LATE,
    ),
    Rule(
        code="P13", title="Give out copies", trigger=T.APPROVAL, offset=5, unit=WORKING, owner=ADVISER,
        escalations=(Escalation(5, Role.VSH),),
    ),
    Rule(
        code="P14", title="Copy to the social-care file", trigger=T.APPROVAL, offset=0, unit=WORKING, owner=None,
        reminders=(),
    ),
)  # fmt: skip

register(*RULES)
