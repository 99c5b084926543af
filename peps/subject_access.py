"""What is held of a child's Personal Education Plans, in words (core.subject_access)."""

from core.recipients import CARE_CIRCLE, EVERYBODY
from core.roles import Permission
from core.subject_access import About, RecordPart, Words, leave_out, register
from core.wording import local_date, moment
from peps.models import PEP, Addendum, Invitee, Meeting, PEPDocument, PEPSection, PEPStep, QualityCheck, SignOff, Target
from peps.rules.quality import CRITERION_LABELS, GRADE_LABELS, Criterion, Grade
from peps.rules.targets import measure_words
from peps.wording import answer_lines

P = Permission


def _answers(row: PEPSection) -> str:
    """Questions and answers, in the order of the form that the PEP keeps."""
    form = row.pep.form
    if form is None:
        return ""
    lines = []
    for field in form.form.section(row.code).fields:
        said = answer_lines(field, row.answers.get(field.key))
        if said:
            lines.append(f"{field.label}: {'; '.join(said)}")
    return "\n".join(lines)


def _title(row: PEPSection) -> str:
    return row.pep.form.form.section(row.code).title if row.pep.form else row.code


def _how(row: Target) -> str:
    return "; ".join(", ".join(v for v in line.values() if v) for line in row.how)


def _grades(row: QualityCheck) -> str:
    found = []
    for name, given in row.grades.items():
        words = f"{CRITERION_LABELS[Criterion(name)]}: {GRADE_LABELS[Grade(given['grade'])]}"
        found.append(f"{words}. {given['comment']}".rstrip())
    return "\n".join(found)


register(
    RecordPart(
        key="pep",
        label="Personal Education Plan",
        model=PEP,
        order=70,
        permission=P.SEE_PEPS,
        to=EVERYBODY,
        on=lambda row: row.held_on or row.due_on,
        fields=(
            Words(name="season", label="Term", words=lambda row: row.term_label),
            Words(name="state", label="State"),
            Words(name="held_on", label="Meeting held"),
            Words(name="due_on", label="Was due"),
            Words(name="due_because", label="Why then"),
        ),
        left_out={
            "circumstances_said": "who decides the sections",
            "circumstances": "which sections the form has; the sections themselves are printed",
        },
    ),
    RecordPart(
        key="pep-section",
        label="Section of a PEP",
        model=PEPSection,
        path="pep__pupil",
        order=71,
        permission=P.SEE_PEPS,
        related=("pep__form", "changed_by"),
        on=lambda row: row.pep.held_on or row.pep.due_on,
        fields=(
            Words(name="code", label="Section", words=_title),
            # Carers and family write and are written about here.
            Words(name="answers", label="What it says", about=About.CHECK, words=_answers),
            Words(name="returned_because", label="Why it was returned", about=About.CHECK),
            Words(name="changed_by", label="Written by"),
        ),
    ),
    RecordPart(
        key="pep-target",
        label="Target",
        model=Target,
        path="pep__pupil",
        order=72,
        permission=P.SEE_PEPS,
        related=("pep", "reviewed_by"),
        on=lambda row: row.pep.held_on or row.pep.due_on,
        fields=(
            Words(name="outcome", label="Target", about=About.CHECK),
            Words(name="need", label="The need", about=About.CHECK),
            Words(name="why", label="What for", about=About.CHECK),
            Words(name="how", label="How", about=About.CHECK, words=_how),
            Words(name="measure", label="Measured by", words=lambda row: measure_words(row.draft)),
            Words(name="owner_name", label="Who saw to it"),
            Words(name="due_on", label="By"),
            Words(name="cost_words", label="Cost"),
            Words(name="child_view", label="What the child said"),
            Words(name="result", label="What came of it"),
            Words(name="evidence", label="What showed it", about=About.CHECK),
            Words(name="money_impact", label="What the money did", about=About.CHECK),
        ),
        left_out={"measure_from": "in the measure", "measure_to": "in the measure"},
    ),
    RecordPart(
        key="pep-meeting",
        label="PEP meeting",
        model=Meeting,
        path="pep__pupil",
        order=73,
        permission=P.SEE_PEPS,
        related=("pep",),
        on=lambda row: local_date(row.starts_at),
        fields=(
            Words(name="starts_at", label="When", words=lambda row: moment(row.starts_at)),
            Words(name="venue", label="Where"),
            Words(name="chair", label="Chair"),
            Words(name="interpreter", label="Interpreter"),
            Words(name="moved_because", label="Why it was moved", about=About.CHECK),
            Words(name="cancelled_because", label="Why it was cancelled", about=About.CHECK),
            Words(name="child_absent_because", label="Why the child was not there", about=About.CHECK),
            Words(name="next_on", label="Next meeting"),
        ),
        left_out={"link": "an address to join by, of no use after the meeting"},
    ),
    RecordPart(
        key="pep-invitee",
        label="Asked to a PEP meeting",
        model=Invitee,
        path="meeting__pep__pupil",
        order=74,
        permission=P.SEE_PEPS,
        related=("meeting",),
        on=lambda row: local_date(row.meeting.starts_at),
        fields=(
            Words(name="role", label="As"),
            # Carers, parents and others of the family are among them.
            Words(name="name", label="Name", about=About.CHECK),
            Words(name="email", label="Email", about=About.OTHERS),
            Words(name="attendance", label="Came"),
        ),
    ),
    RecordPart(
        key="pep-sign-off",
        label="Sign-off of a PEP",
        model=SignOff,
        path="pep__pupil",
        order=75,
        permission=P.SEE_PEPS,
        related=("recorded_by",),
        on=lambda row: row.on,
        fields=(
            Words(name="party", label="Who"),
            Words(name="name", label="Name", about=About.CHECK),
            Words(name="method", label="How"),
            Words(name="note", label="Note", about=About.CHECK),
        ),
    ),
    RecordPart(
        key="pep-quality",
        label="Quality assurance of a PEP",
        model=QualityCheck,
        path="pep__pupil",
        order=76,
        permission=P.COMPLETE_PEPS,
        related=("assessor",),
        on=lambda row: local_date(row.at),
        fields=(
            Words(name="overall", label="Overall"),
            Words(name="grades", label="Grades", words=_grades),
            Words(name="to_teacher", label="To the designated teacher", about=About.CHECK),
            Words(name="to_social_worker", label="To the social worker", about=About.CHECK),
            Words(name="overridden_because", label="Why the overall grade differs", about=About.CHECK),
            Words(name="assessor", label="By"),
        ),
        left_out={"proposed": "what a machine found before a person graded"},
    ),
    RecordPart(
        key="pep-step",
        label="Step of a PEP",
        model=PEPStep,
        path="pep__pupil",
        order=77,
        permission=P.SEE_PEPS,
        related=("by",),
        on=lambda row: local_date(row.at),
        fields=(
            Words(name="target", label="Became", words=lambda row: row.words),
            Words(name="by", label="By"),
            Words(name="reason", label="Why", about=About.CHECK),
        ),
    ),
    RecordPart(
        key="pep-addendum",
        label="Addendum to a PEP",
        model=Addendum,
        path="pep__pupil",
        order=78,
        permission=P.SEE_PEPS,
        to=CARE_CIRCLE,
        related=("by",),
        on=lambda row: local_date(row.at),
        fields=(Words(name="text", label="Text", about=About.CHECK), Words(name="by", label="By")),
    ),
    # The file itself may tell of others: it is read and given by hand.
    RecordPart(
        key="pep-document",
        label="File of a PEP",
        model=PEPDocument,
        path="pep__pupil",
        order=79,
        permission=P.SEE_PEPS,
        to=CARE_CIRCLE,
        related=("added_by",),
        on=lambda row: local_date(row.added_at),
        fields=(
            Words(name="kind", label="Kind"),
            Words(name="title", label="What it is", about=About.CHECK),
            Words(name="added_by", label="Added by"),
        ),
    ),
)
leave_out("peps.PEPVersion", "The same answers once more, as they stood when the plan was submitted, and their PDF.")
leave_out("peps.ContributorLink", "A way in for the child or the carer, without any words of theirs.")
leave_out("peps.ReminderSent", "Which colleague was reminded of which deadline; the deadlines follow from the PEP.")
