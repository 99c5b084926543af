"""Two schools with a child each, and one person of each role: the teacher, officer and worker of the first child only.

What must not leave its scope bears words that occur nowhere else, so that a test can look for them in any page.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore

from attainment.models import IndicatorFigure, IndicatorPupil, Qualification
from attendance.models import MarkConflict, Register
from attendance.register.places import place_of
from core.access_reviews.services import open_review
from core.models import AccessReview, Calendar, ClosureDay, Cover, FeedRun, User
from core.recipients import Recipient
from core.roles import ROLE_LABELS, Role
from core.rules import default_terms
from incentives.models import GcseScheme
from peps.models import PEP, FormApproval, FormVersion
from peps.services import form_versions
from pledge.models import Commitment, CommitmentRecord
from provision.models import Exclusion
from pupils.models import Allocation, ChildMerge, Delegation, EmergencyAccess, ProtectedNote, Pupil
from pupils.search import sort_name
from reports import services as reports
from reports.models import ReportRun
from retention.models import DisposalCertificate, DisposalProposal, RetentionHold
from rights import prints
from rights import services as rights
from rights.models import (
    Consent,
    ConsentPurpose,
    PrivacyNotice,
    ProcessingActivity,
    RecordPrint,
    SubjectRequest,
)
from schools.models import School, SchoolMembership
from tests import factories as make
from tests.access import retention_rows
from tests.conftest import PASSWORD
from tests.factories import SCHOOL_YEAR, marks_of, upn_of

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=ZoneInfo("Europe/London"))
TODAY = NOW.date()
MONDAY = TODAY - timedelta(days=7)
FIGURE_YEAR = 2009
ASKED = "Photograph or film"


@dataclass(frozen=True)
class Side:
    """A child with a row of everything that hangs off a child, its school, and who works with it."""

    pupil: Pupil
    school: School
    membership: SchoolMembership
    due_pep: PEP
    held_pep: PEP
    exclusion: Exclusion
    conflict: MarkConflict
    commitment: Commitment
    former_upn: str
    postcodes: tuple[str, ...]
    note: ProtectedNote
    delegation: Delegation
    protected_words: tuple[str, ...]
    emergency: EmergencyAccess
    cover: Cover
    hold: RetentionHold
    disposal: DisposalProposal
    consent: Consent
    merge: ChildMerge
    report: ReportRun = field(default_factory=ReportRun)
    delivery: FeedRun = field(default_factory=FeedRun)
    request: SubjectRequest = field(default_factory=SubjectRequest)
    record_print: RecordPrint = field(default_factory=RecordPrint)
    notice: PrivacyNotice = field(default_factory=PrivacyNotice)
    double: Pupil = field(default_factory=Pupil)
    """The other side's child: a record to merge this side's with."""

    @property
    def child_words(self) -> tuple[str, ...]:
        """What tells that a page knows of the child."""
        p = self.pupil
        return (p.forename, p.surname, p.known_as, p.child_id, p.upn, self.former_upn, p.uln)

    @property
    def school_words(self) -> tuple[str, ...]:
        return (self.school.name, self.school.urn)


@dataclass
class World:
    users: dict[Role, User]
    own: Side
    foreign: Side
    qualification: Qualification
    scheme: GcseScheme
    review: AccessReview
    figure: IndicatorFigure
    calendar: Calendar
    closures: list[ClosureDay]
    certificate: DisposalCertificate
    purpose: ConsentPurpose
    activity: ProcessingActivity
    draft: FormVersion
    old_approval: FormApproval
    sessions: dict[Role, str] = field(default_factory=dict)

    def side(self, which: str) -> Side:
        """What was the own side until yesterday is the own side, after `expire`."""
        return self.foreign if which == "foreign" else self.own

    def expire(self) -> None:
        """Every relation of people to the own side ended yesterday; the children and their rows are as they were."""
        Allocation.objects.filter(pupil=self.own.pupil).update(to_on=TODAY)
        SchoolMembership.objects.filter(school=self.own.school).update(to_on=TODAY)
        Delegation.objects.filter(pupil=self.own.pupil).update(to_on=TODAY)


def build() -> World:
    """Needs the database. Everything is dated from TODAY."""
    password = make_password(PASSWORD)
    users = {
        role: make.UserFactory(
            email=f"{role.value}@westmarch.example", role=role.value, name=f"Tester {label}", password=password
        )
        for role, label in ROLE_LABELS.items()
    }
    figure = IndicatorFigure.objects.create(
        code="NI 99", assessment_year=FIGURE_YEAR, basis="oc2-30sep", definition="test", as_at=date(2009, 9, 30),
        numerator=1, denominator=2, review=0, looked_after=2, continuous=2, computed_at=NOW,
    )  # fmt: skip
    own = _side(
        1, figure, forename="Ownforename", surname="Ownsurname", known_as="Ownknown", school="Ownschool College",
        teacher=users[Role.DESIGNATED_TEACHER], officer=users[Role.IRO], worker=users[Role.SOCIAL_WORKER],
        adviser=users[Role.ADVISER], colleague=users[Role.SCHOOL_COLLEAGUE],
    )  # fmt: skip
    foreign = _side(
        2, figure, forename="Strangeforename", surname="Strangesurname", known_as="Strangeknown",
        school="Strangeschool College", teacher=_other(Role.DESIGNATED_TEACHER), officer=_other(Role.IRO),
        worker=_other(Role.SOCIAL_WORKER), adviser=_other(Role.ADVISER), colleague=_other(Role.SCHOOL_COLLEAGUE),
    )  # fmt: skip
    calendar = _calendar()
    draft, issued = _reports(users[Role.VSH])
    notices = _notices(users[Role.VSH])
    world = World(
        users=users,
        calendar=calendar,
        closures=list(calendar.closures.order_by("on")),
        certificate=retention_rows.certificate(_other(Role.VSH), NOW),
        own=replace(
            own, report=issued, delivery=_delivery("roll"), notice=notices[0], double=foreign.pupil,
            **rights_of(own.pupil, users[Role.VSH]),
        ),
        foreign=replace(
            foreign, report=draft, delivery=_delivery("people"), notice=notices[1], double=own.pupil,
            **rights_of(foreign.pupil, users[Role.VSH]),
        ),
        purpose=ConsentPurpose.objects.get(name=ASKED),
        activity=make.ProcessingActivityFactory(changed_by=users[Role.VSH]),
        qualification=Qualification.objects.create(name="Rural Craft Award", key="rural craft award", mapped=False),
        scheme=GcseScheme.objects.create(
            assessment_year=2027, budget=Decimal(10_000), letters_due_on=date(2026, 12, 31),
            payments_due_on=date(2027, 9, 30),
        ),
        review=open_review(actor=users[Role.VSH], now=NOW),
        figure=figure,
        draft=_draft_form(users[Role.VSH]),
        old_approval=FormVersion.objects.get(number=1).approvals.create(
            body="kcpg", on=MONDAY, recorded_by=users[Role.VSH]
        ),
    )  # fmt: skip
    world.sessions = {role: _session(user) for role, user in users.items()}
    return world


def _draft_form(head: User) -> FormVersion:
    """The next version of the PEP form, with a comment."""
    draft: FormVersion = form_versions.draft(actor=head)
    draft.comments.create(group="iros", on=MONDAY, comment="Shorter, please", recorded_by=head)
    return draft


def _reports(head: User) -> tuple[ReportRun, ReportRun]:
    """A frozen draft without documents, and an issued report with both."""
    runs = [
        reports.freeze_run(run=reports.open_run(term="2026-autumn", as_at=as_at, actor=head, today=TODAY), today=TODAY)
        for as_at in (TODAY, MONDAY)
    ]
    draft, issued = runs
    issued = reports.approve_report(run=issued, actor=head)
    reports.make_documents(run=issued)
    return draft, reports.issue_report(run=issued, actor=head)


def _notices(head: User) -> tuple[PrivacyNotice, PrivacyNotice]:
    """One in force and a draft."""
    approved: PrivacyNotice = make.PrivacyNoticeFactory(
        author=head, approved_by=head, approved_at=NOW, in_force_from=TODAY - timedelta(days=30)
    )
    draft: PrivacyNotice = make.PrivacyNoticeFactory(author=head, audience="young_person")
    return approved, draft


def rights_of(pupil: Pupil, head: User) -> dict[str, Any]:
    """A request whose record is gathered, and a print that is begun."""
    request = rights.record_request(
        pupil=pupil, asked_by="person", asker_name="", authority="", channel="letter", received_on=MONDAY,
        asked_for="All that is held", actor=head,
    )  # fmt: skip
    request = rights.confirm_identity(request=request, confirmed_on=MONDAY, how="Passport seen", actor=head)
    request = rights.gather(request=rights.begin_gathering(request=request, actor=head), actor=head, now=NOW)
    record = prints.begin_print(
        pupil=pupil, recipient=Recipient.COURT, name="Clerk of the court", from_on=None, actor=head
    )
    return {"request": request, "record_print": record}


def _delivery(kind: str) -> FeedRun:
    counts = {"read": 1, "applied": 1, "unchanged": 0, "held": 0, "ignored": 0}
    return FeedRun.objects.create(kind=kind, status=FeedRun.Status.APPLIED, counts=counts)


def _calendar() -> Calendar:
    """Of some schools, with a year's terms and two closure days."""
    calendar = Calendar.objects.create(name="Downland schools")
    for t in default_terms(SCHOOL_YEAR):
        days = {"starts_on": t.starts_on, "ends_on": t.ends_on}
        calendar.terms.create(academic_year=SCHOOL_YEAR, season=t.season, half=t.half, name=t.name, **days)
    for weeks in (1, 2):
        calendar.closures.create(on=MONDAY - timedelta(weeks=weeks), reason="Staff training")
    return calendar


def _pep(pupil: Pupil, teacher: User) -> PEP:
    """Of this term, with the form in force and something written in it, and a meeting to which the teacher is asked."""
    pep: PEP = make.PEPFactory(pupil=pupil, form=FormVersion.objects.get(number=1), phase="secondary", state="open")
    pep.sections.create(code="C", answers={"going_well": f"Art, says {pupil.forename}"}, revision=1)
    pep.targets.create(
        number=1, kind="academic", need="Reads slowly", outcome=f"{pupil.forename} reads 60 words a minute",
        why="Lessons", how=[{"what": "Paired reading"}], measure="Words a minute", measure_to="60",
        owner_name="Helen Lowe", due_on=TODAY + timedelta(days=90),
    )  # fmt: skip
    meeting = pep.meetings.create(starts_at=NOW + timedelta(days=8), venue="Library")
    meeting.invitees.create(role="Designated teacher", name=teacher.name, email=teacher.email, user=teacher)
    pep.links.create(
        party="carer", token_hash=f"{pep.pk:064d}", made_by=make.UserFactory(role=Role.ADVISER.value),
        made_at=NOW, expires_at=NOW + timedelta(days=14),
    )  # fmt: skip
    return pep


def _other(role: Role, prefix: str = "other") -> User:
    user: User = make.UserFactory(role=role.value, email=f"{prefix}-{role.value}@westmarch.example")
    return user


def _side(number: int, figure: IndicatorFigure, *, school: str, teacher: User, **people: Any) -> Side:
    names = {key: people[key] for key in ("forename", "surname", "known_as")}
    at = make.SchoolFactory(urn=str(990_900 + number), name=school)
    pupil = make.PupilFactory(
        child_id=f"XCHILD{number}", upn=upn_of(4_100 + number), uln=f"901234567{number}", dob=date(2011, 1, 10),
        sort_name=sort_name(**names), **names,
    )  # fmt: skip
    make.PlaceFactory(pupil=pupil, school=at)
    former = upn_of(5_200 + number, year=12)
    make.FormerUPNFactory(pupil=pupil, upn=former)
    postcodes = (f"QH{number} 9ZZ", f"QP{number} 9ZZ")
    make.EpisodeFactory(pupil=pupil, home_post=postcodes[0], pl_post=postcodes[1])
    make.YearGroupFactory(pupil=pupil)
    for kind, who in (("iro", "officer"), ("social_worker", "worker"), ("adviser", "adviser")):
        make.AllocationFactory(pupil=pupil, user=people[who], kind=Allocation.Kind(kind))
    commitment, _ = Commitment.objects.get_or_create(
        code="ZZ1", defaults={"theme": "School", "text": "Somebody asks how school goes"}
    )
    CommitmentRecord.objects.create(
        pupil=pupil, commitment=commitment, answer="kept", recorded_on=MONDAY, recorded_by=people["officer"]
    )
    make.ResultFactory(pupil=pupil)
    make.ResultFactory(pupil=pupil, assessment_year=FIGURE_YEAR)
    make.TermAssessmentFactory(pupil=pupil)
    IndicatorPupil.objects.create(
        figure=figure, pupil=pupil, status="in", in_denominator=True, in_numerator=number == 1, reason="All months."
    )
    membership = make.MembershipFactory(user=teacher, school=at)
    return Side(
        pupil=pupil,
        school=at,
        membership=membership,
        delegation=make.DelegationFactory(
            pupil=pupil, school=at, given_by=teacher, colleague=people["colleague"]
        ),
        due_pep=_pep(pupil, teacher),
        held_pep=make.PEPFactory(
            pupil=pupil, academic_year=2025, season="summer", state="meeting_held", held_on=date(2026, 6, 11),
            due_on=date(2026, 7, 1),
        ),
        exclusion=make.ExclusionFactory(pupil=pupil, school=at),
        conflict=_marks(pupil, at),
        commitment=commitment,
        former_upn=former,
        postcodes=postcodes,
        consent=make.ConsentFactory(
            pupil=pupil, purpose=ConsentPurpose.objects.get(name=ASKED), recorded_by=people["worker"]
        ),
        merge=ChildMerge.objects.create(
            kept=pupil, old_pk=990_000 + number, old_child_id=f"XOLD{number}", reason="One child", made_at=NOW,
            made_by=people["worker"], given_up_rows=[{
                "model": "pupils.CareEpisode", "pk": 1, "fate": "dropped", "why": "the same row",
                "values": {"decom": "2021-01-12", "home_post": postcodes[0]},
            }],
        ),
        note=_notes(pupil, people["worker"], f"Side{number}"),
        protected_words=(f"Side{number}restriction", f"Side{number}health"),
        emergency=make.EmergencyAccessFactory(
            user=people["officer"], pupil=pupil, opened_at=NOW - timedelta(days=40), reason=f"Side{number}reason " * 3
        ),
        cover=make.CoverFactory(
            absent=_other(Role.IRO, f"away-{number}"), covering=people["officer"], from_on=MONDAY - timedelta(days=60),
            to_on=MONDAY,
        ),
        hold=retention_rows.hold_of(pupil, people["adviser"], MONDAY, NOW),
        disposal=retention_rows.proposal_of(pupil, people["officer"], NOW),
    )  # fmt: skip


def _notes(pupil: Pupil, worker: User, word: str) -> ProtectedNote:
    """A contact restriction and a health note."""
    restriction: ProtectedNote = make.ProtectedNoteFactory(
        pupil=pupil, recorded_by=worker, kind="contact", protected_text=f"{word}restriction"
    )
    make.ProtectedNoteFactory(pupil=pupil, recorded_by=worker, kind="health", protected_text=f"{word}health")
    return restriction


def _marks(pupil: Pupil, school: School) -> MarkConflict:
    """A week of marks from two sources that differ once."""
    week = {(MONDAY + timedelta(days=n), half): "/" for n in range(5) for half in ("AM", "PM")}
    week |= {(day, half): "\\" for day, half in week if half == "PM"}
    first = make.RegisterFactory(pupil=pupil, school=school, marks=marks_of(SCHOOL_YEAR, week))
    absent = week | {(MONDAY, "AM"): "N"}
    second = make.RegisterFactory(pupil=pupil, school=None, source="welfare-call", marks=marks_of(SCHOOL_YEAR, absent))
    make.EffectiveRegisterFactory(pupil=pupil, marks=marks_of(SCHOOL_YEAR, week))
    return _conflict(pupil, first, second)


def _conflict(pupil: Pupil, first: Register, second: Register) -> MarkConflict:
    return MarkConflict.objects.create(
        pupil=pupil, academic_year=SCHOOL_YEAR, place=place_of(MONDAY, "AM"), on=MONDAY, session="AM",
        first=first, first_mark="/", second=second, second_mark="N",
    )  # fmt: skip


def _session(user: User) -> str:
    """A session as the first page after sign-in leaves it, made once for all tests: else each request writes it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store["signed_in_at"] = store["last_seen"] = int(NOW.timestamp())
    store.create()
    assert store.session_key
    return store.session_key
