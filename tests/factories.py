"""Rows for tests: invented people, schools and children of the county of Westmarch."""

from datetime import UTC, date, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from attainment.models import Qualification, Result, TermAssessment
from attainment.rules import subject_key
from attendance.models import EffectiveRegister, Register
from attendance.register.places import WIDTH, place_of
from core.models import Cover, User
from core.roles import ROLE_LABELS, Role
from core.sections import CHOOSABLE
from peps.models import PEP
from provision.models import Exclusion
from pupils.models import (
    Allocation,
    CareEpisode,
    Delegation,
    EmergencyAccess,
    FormerUPN,
    ProtectedNote,
    Pupil,
    SchoolPlace,
    YearGroup,
)
from pupils.rules.identifiers import upn_check_letter
from rights.models import Consent, ConsentPurpose, NoticeGiven, PrivacyNotice, ProcessingActivity
from schools.models import School, SchoolMembership

SCHOOL_YEAR = 2026


def upn_of(number: int, year: int = 14) -> str:
    """A UPN of the invented authority with its right check letter."""
    rest = f"990{3000 + number // 1000:04d}{year:02d}{number % 1000:03d}"
    return upn_check_letter(rest) + rest


def marks_of(academic_year: int, symbols: dict[tuple[date, str], str]) -> str:
    """The string of a register: {(day, "AM"): "/"}, blank elsewhere."""
    row = [" "] * WIDTH
    for (on, session), symbol in symbols.items():
        row[place_of(on, session)] = symbol
    return "".join(row)


class UserFactory(DjangoModelFactory):
    """A person who can be signed in with `client.force_login`."""

    class Meta:
        model = User

    role = Role.VSH.value
    email = factory.Sequence(lambda n: f"person{n}@westmarch.example")
    name = factory.LazyAttributeSequence(lambda o, n: f"{ROLE_LABELS[Role(o.role)]} {n}")
    password = "!"


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    urn = factory.Sequence(lambda n: str(900001 + n))
    name = factory.Sequence(lambda n: f"Invented School {n}")
    la_code = "990"
    la_name = "Westmarch"
    phase = "Secondary"
    status = "Open"


class MembershipFactory(DjangoModelFactory):
    """Somebody is the designated teacher of a school."""

    class Meta:
        model = SchoolMembership

    user = factory.SubFactory(UserFactory, role=Role.DESIGNATED_TEACHER.value)
    school = factory.SubFactory(SchoolFactory)
    from_on = date(2020, 9, 1)


class PupilFactory(DjangoModelFactory):
    """A child of Year 10 in 2026/27."""

    class Meta:
        model = Pupil

    child_id = factory.Sequence(lambda n: f"T{n:06d}")
    forename = "Sam"
    surname = factory.Sequence(lambda n: f"Example{n:04d}")
    sort_name = factory.LazyAttribute(lambda o: f"{o.surname} {o.forename}".lower())
    dob = date(2012, 3, 4)


class EpisodeFactory(DjangoModelFactory):
    class Meta:
        model = CareEpisode

    pupil = factory.SubFactory(PupilFactory)
    decom = date(2021, 1, 12)
    rne = "S"
    ls = "C2"
    place = "U6"


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = SchoolPlace

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    from_on = date(2023, 9, 1)


class AllocationFactory(DjangoModelFactory):
    class Meta:
        model = Allocation

    pupil = factory.SubFactory(PupilFactory)
    user = factory.SubFactory(UserFactory, role=factory.SelfAttribute("..kind"))
    kind = Allocation.Kind.IRO
    from_on = date(2021, 1, 12)


def looked_after(*, since: date = date(2021, 1, 12), school: School | None = None, **fields: object) -> Pupil:
    """A child in care since a day, on roll at a school when one is given."""
    pupil: Pupil = PupilFactory(**fields)
    EpisodeFactory(pupil=pupil, decom=since)
    if school is not None:
        PlaceFactory(pupil=pupil, school=school)
    return pupil


class FormerUPNFactory(DjangoModelFactory):
    class Meta:
        model = FormerUPN

    pupil = factory.SubFactory(PupilFactory)
    upn = factory.Sequence(lambda n: upn_of(n, year=11))


class DelegationFactory(DjangoModelFactory):
    """Every section of a child's record, for the school year 2026/27. The giver's post and the child's place are not
    made here: give `membership=` of the teacher, and the child a place at its school.
    """

    class Meta:
        model = Delegation

    class Params:
        membership = factory.SubFactory(MembershipFactory)

    pupil = factory.SubFactory(PupilFactory)
    school = factory.LazyAttribute(lambda o: o.membership.school)
    given_by = factory.LazyAttribute(lambda o: o.membership.user)
    colleague = factory.SubFactory(UserFactory, role=Role.SCHOOL_COLLEAGUE.value)
    sections = factory.LazyFunction(lambda: [section.value for section in CHOOSABLE])
    from_on = date(2026, 9, 7)
    to_on = date(2027, 9, 1)


class ProtectedNoteFactory(DjangoModelFactory):
    """A contact restriction in force."""

    class Meta:
        model = ProtectedNote

    pupil = factory.SubFactory(PupilFactory)
    kind = "contact"
    protected_text = "No contact with the former partner of the mother"
    recorded_by = factory.SubFactory(UserFactory, role=Role.SOCIAL_WORKER.value)
    recorded_at = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


class EmergencyAccessFactory(DjangoModelFactory):
    """Opened by a social worker for four hours."""

    class Meta:
        model = EmergencyAccess

    pupil = factory.SubFactory(PupilFactory)
    user = factory.SubFactory(UserFactory, role=Role.SOCIAL_WORKER.value)
    ground = "duty"
    reason = "The police rang the duty line and need the school"
    opened_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda o: o.opened_at + timedelta(hours=4))


class CoverFactory(DjangoModelFactory):
    """A social worker covers for another, this week."""

    class Meta:
        model = Cover

    absent = factory.SubFactory(UserFactory, role=Role.SOCIAL_WORKER.value)
    covering = factory.SubFactory(UserFactory, role=factory.SelfAttribute("..absent.role"))
    from_on = factory.LazyFunction(timezone.localdate)
    to_on = factory.LazyAttribute(lambda o: o.from_on + timedelta(days=7))
    reason = "leave"
    made_by = factory.SubFactory(UserFactory)
    made_at = factory.LazyFunction(timezone.now)


class YearGroupFactory(DjangoModelFactory):
    class Meta:
        model = YearGroup

    pupil = factory.SubFactory(PupilFactory)
    academic_year = SCHOOL_YEAR
    nc_year = 11


class PEPFactory(DjangoModelFactory):
    """The plan of autumn 2026, whose meeting was not held yet."""

    class Meta:
        model = PEP

    pupil = factory.SubFactory(PupilFactory)
    academic_year = SCHOOL_YEAR
    season = "autumn"
    due_on = date(2026, 12, 4)
    due_because = "Each term has its PEP"


class ExclusionFactory(DjangoModelFactory):
    class Meta:
        model = Exclusion

    pupil = factory.SubFactory(PupilFactory)
    school = factory.SubFactory(SchoolFactory)
    category = "SUSP"
    from_on = date(2026, 11, 19)
    sessions = 4


class ResultFactory(DjangoModelFactory):
    """English at Key Stage 2."""

    class Meta:
        model = Result

    pupil = factory.SubFactory(PupilFactory)
    assessment_year = 2022
    stage = "KS2"
    subject = "English"
    subject_key = factory.LazyAttribute(lambda o: subject_key(o.subject))
    qualification = factory.LazyFunction(lambda: Qualification.objects.get(code="KS2_TEST"))
    grade = "4"


class TermAssessmentFactory(DjangoModelFactory):
    """English, autumn of the school year."""

    class Meta:
        model = TermAssessment

    pupil = factory.SubFactory(PupilFactory)
    academic_year = SCHOOL_YEAR
    season = "autumn"
    subject = "English"
    subject_key = factory.LazyAttribute(lambda o: subject_key(o.subject))
    working_at = "4"
    target = "5"
    standing = "nearly"
    recorded_at = factory.LazyFunction(timezone.now)


class RegisterFactory(DjangoModelFactory):
    class Meta:
        model = Register

    pupil = factory.SubFactory(PupilFactory)
    academic_year = SCHOOL_YEAR
    source = "b2b"
    marks = " " * WIDTH


class EffectiveRegisterFactory(DjangoModelFactory):
    class Meta:
        model = EffectiveRegister

    pupil = factory.SubFactory(PupilFactory)
    academic_year = SCHOOL_YEAR
    marks = " " * WIDTH


class PrivacyNoticeFactory(DjangoModelFactory):
    """A draft for children of 11 to 15; approved when `approved_by`, `approved_at` and `in_force_from` are given."""

    class Meta:
        model = PrivacyNotice

    audience = "child_11_15"
    version = factory.LazyAttribute(lambda o: PrivacyNotice.objects.filter(audience=o.audience).count() + 1)
    title = "How we use what we know about you"
    text = "We hold your name and your school.\n\nYou can ask to see it."
    author = factory.SubFactory(UserFactory)
    written_at = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


class ApprovedNoticeFactory(PrivacyNoticeFactory):
    """In force since September 2026."""

    approved_by = factory.SelfAttribute("author")
    approved_at = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    in_force_from = date(2026, 9, 1)


class NoticeGivenFactory(DjangoModelFactory):
    class Meta:
        model = NoticeGiven

    pupil = factory.SubFactory(PupilFactory)
    notice = factory.LazyFunction(lambda: PrivacyNotice.objects.first() or ApprovedNoticeFactory())
    on = date(2026, 11, 2)
    how = "read"
    recorded_by = factory.SubFactory(UserFactory, role=Role.SOCIAL_WORKER.value)
    recorded_at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class ConsentFactory(DjangoModelFactory):
    """The child said yes to a photograph."""

    class Meta:
        model = Consent

    pupil = factory.SubFactory(PupilFactory)
    purpose = factory.LazyFunction(lambda: ConsentPurpose.objects.get(name="Photograph or film"))
    answer = "given"
    given_by = "child"
    on = date(2026, 11, 2)
    how = "spoken"
    recorded_by = factory.SubFactory(UserFactory, role=Role.SOCIAL_WORKER.value)
    recorded_at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class ProcessingActivityFactory(DjangoModelFactory):
    class Meta:
        model = ProcessingActivity

    name = factory.Sequence(lambda n: f"Activity {n}")
    purpose = "Know who is on the roll."
    lawful_basis = "6_1_e"
    special_condition = "9_2_g"
    whose = "Children in care."
    data = "Names."
    classes = factory.LazyFunction(lambda: ["personal"])
    recipients = "The Virtual School."
    transfers = "None."
    retention = "75 years from birth."
    security = "Access by role."
    changed_by = factory.SubFactory(UserFactory)
    changed_at = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
