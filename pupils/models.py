from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models

from core import rules as time_rules
from core.audit import track_changes, track_facts
from core.db.ranges import DateRange, Int8Range
from core.models import FeedRun
from core.sections import CHOOSABLE, SECTION_LABELS, Section
from pupils import rules
from pupils.querysets import (
    AllocationQuerySet,
    CareEpisodeQuerySet,
    ChildMergeQuerySet,
    DelegationQuerySet,
    EmergencyAccessQuerySet,
    FormerUPNQuerySet,
    NotTheSameChildQuerySet,
    ProtectedNoteQuerySet,
    PupilDataQuerySet,
    PupilQuerySet,
    SchoolPlaceQuerySet,
)
from schools.models import School


def home_la() -> str:
    """The county's own authority code: responsible for a child unless the roll names another."""
    code: str = settings.HOME_LA
    return code


@track_changes()
class Pupil(models.Model):
    """A child of the virtual school roll, known by the social-care system's id (SSDA903 CHILD)."""

    class Sex(models.TextChoices):
        MALE = "M", "Male"
        FEMALE = "F", "Female"
        UNKNOWN = "U", "Not known"

    class Send(models.TextChoices):
        NONE = "N", "No special educational need"
        SUPPORT = "K", "SEN support"
        EHCP = "E", "Education, health and care plan"
        STATEMENT = "S", "Statement"

    child_id = models.CharField("child id", max_length=20, unique=True)
    upn = models.CharField("UPN", max_length=13, blank=True, db_index=True)
    upn_unknown_reason = models.CharField("why there is no UPN", max_length=3, blank=True)
    uln = models.CharField("ULN", max_length=10, blank=True)
    surname = models.CharField(max_length=80, blank=True)
    forename = models.CharField(max_length=80, blank=True)
    known_as = models.CharField(max_length=80, blank=True)
    sort_name = models.CharField(max_length=170, blank=True, db_index=True, help_text="Folded, for sorting and search")
    dob = models.DateField("date of birth", null=True)
    sex = models.CharField(max_length=1, choices=Sex.choices, default=Sex.UNKNOWN)
    ethnicity = models.CharField(max_length=12, blank=True)
    send = models.CharField("SEND", max_length=1, choices=Send.choices, blank=True)
    responsible_la = models.CharField(
        "responsible authority", max_length=3, default=home_la, help_text="The authority that looks after the child"
    )

    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "child_id"]
        constraints = [
            models.UniqueConstraint(fields=["upn"], condition=~models.Q(upn=""), name="pupils_pupil_upn_once"),
        ]

    def __str__(self) -> str:
        return self.child_id

    @property
    def is_of_another_authority(self) -> bool:
        """Another council looks after the child, who learns here."""
        return self.responsible_la != home_la()

    @property
    def display_name(self) -> str:
        """The name people use for the child; the child id where no name is known (a 903 return has none)."""
        name = f"{self.known_as or self.forename} {self.surname}".strip()
        return name or f"Child {self.child_id}"


@track_changes()
class FormerUPN(models.Model):
    """A UPN the child had before; matching finds both, and so does a search, but for a child who was adopted."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="former_upns")
    upn = models.CharField("UPN", max_length=13, db_index=True)

    objects = FormerUPNQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pupil", "upn"], name="pupils_formerupn_once")]

    def __str__(self) -> str:
        return f"former UPN of {self.pupil_id}"


@track_facts()
class CareEpisode(models.Model):
    """An SSDA903 episode as sent: overlaps and gaps are kept, shown and checked, never banned."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="episodes")
    decom = models.DateField("episode began (DECOM)")
    rne = models.CharField("reason for new episode", max_length=12, blank=True)
    ls = models.CharField("legal status", max_length=12, blank=True)
    cin = models.CharField("category of need", max_length=12, blank=True)
    place = models.CharField("placement type", max_length=12, blank=True)
    place_provider = models.CharField("placement provider", max_length=12, blank=True)
    dec = models.DateField("episode ceased (DEC)", null=True)
    rec = models.CharField("reason episode ceased", max_length=12, blank=True)
    reason_place_change = models.CharField(max_length=12, blank=True)
    home_post = models.CharField("home postcode", max_length=12, blank=True)
    pl_post = models.CharField("placement postcode", max_length=12, blank=True)
    ofsted_urn = models.CharField("placement's Ofsted URN", max_length=12, blank=True)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    objects = CareEpisodeQuerySet.as_manager()

    class Meta:
        ordering = ["pupil", "decom"]
        constraints = [models.UniqueConstraint(fields=["pupil", "decom"], name="pupils_episode_once")]
        indexes = [models.Index(fields=["decom", "dec"], name="pupils_episode_span")]

    def __str__(self) -> str:
        return f"{self.pupil_id} from {self.decom}"

    @property
    def rne_words(self) -> str:
        return rules.describe_new_episode(self.rne)

    @property
    def ls_words(self) -> str:
        return rules.describe_legal_status(self.ls)

    @property
    def place_words(self) -> str:
        return rules.describe_placement(self.place)

    @property
    def provider_words(self) -> str:
        return rules.describe_provider(self.place_provider)

    @property
    def rec_words(self) -> str:
        return rules.describe_ceased_reason(self.rec)


@track_facts()
class ReturnRecord(models.Model):
    """A row of the 903's other tables (reviews, oc2, missing ...), kept as sent for later use."""

    class Table(models.TextChoices):
        REVIEWS = "reviews", "Reviews"
        UASC = "uasc", "Unaccompanied asylum-seeking child"
        OC2 = "oc2", "Health and offending (OC2)"
        PREVIOUS_PERMANENCE = "previous_permanence", "Previous permanence"
        MISSING = "missing", "Missing from care"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="return_records")
    table = models.CharField(max_length=20, choices=Table.choices)
    key = models.CharField(max_length=40, blank=True, help_text="What tells two rows of one child apart (a date)")
    on = models.DateField(null=True)
    data = models.JSONField(default=dict)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pupil", "table", "key"], name="pupils_returnrecord_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.pupil_id} {self.key}"


@track_changes()
class ProtectedNote(models.Model):
    """What must not reach the wrong person: who may not have contact, what a doctor said. Shown on request only.

    A note is never changed: it is ended, and a new one is written. That there is a restriction stands above every page
    of the child, whatever section is open; what it says is for those with the permission.
    """

    class Kind(models.TextChoices):
        CONTACT = "contact", "Contact restriction"
        HEALTH = "health", "Health note"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="protected_notes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    protected_text = models.TextField(max_length=2000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    scope_section = Section.BASICS
    objects = ProtectedNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="pupils_protectednote_end_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.pupil_id}"


@track_changes()
class SchoolPlace(models.Model):
    """On the roll of a school from a day on; `to_on` is the first day no longer on roll."""

    class Kind(models.TextChoices):
        MAIN = "main", "Main school"
        DUAL = "dual", "Dual registration"
        ALTERNATIVE = "alternative", "Alternative provision"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="school_places")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="places")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MAIN)
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    scope_section = Section.SCHOOL
    objects = SchoolPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["pupil", "from_on"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "school", "from_on"], name="pupils_place_once"),
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gt=models.F("from_on")),
                name="pupils_place_to_after_from",
            ),
        ]
        indexes = [models.Index(fields=["school", "from_on", "to_on"], name="pupils_place_school")]

    def __str__(self) -> str:
        return f"{self.pupil_id} at {self.school_id} from {self.from_on}"

    @property
    def last_on(self) -> date | None:
        """The last day on roll, as people say it."""
        return self.to_on - timedelta(days=1) if self.to_on else None


@track_changes()
class YearGroup(models.Model):
    """The National Curriculum year that a school recorded for an academic year; it wins over the age (R-YG-2)."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="year_groups")
    academic_year = models.PositiveSmallIntegerField(help_text="Year it starts: 2008 is 2008/09")
    nc_year = models.SmallIntegerField()
    run = models.ForeignKey(FeedRun, null=True, on_delete=models.SET_NULL)

    scope_section = Section.SCHOOL
    objects = PupilDataQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pupil", "academic_year"], name="pupils_yeargroup_once")]

    def __str__(self) -> str:
        return f"{self.pupil_id} year {self.nc_year} in {self.academic_year}"

    @property
    def academic_year_words(self) -> str:
        return time_rules.academic_year_label(self.academic_year)

    @property
    def nc_year_words(self) -> str:
        return time_rules.year_group_label(self.nc_year)


@track_changes()
class Allocation(models.Model):
    """Who works with a child, from a day on; `to_on` is the first day no longer. One of a kind at a time."""

    class Kind(models.TextChoices):
        ADVISER = "adviser", "LAC education adviser"
        SOCIAL_WORKER = "social_worker", "Social worker"
        IRO = "iro", "Independent reviewing officer"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="allocations")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="allocations")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    moved_from = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whom the Virtual School Head took the child from; a roll file that still names them is out of date",
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gt=models.F("from_on")),
                name="pupils_allocation_to_after_from",
            ),
            *(
                ExclusionConstraint(
                    name=f"pupils_one_{kind}",
                    expressions=[
                        (Int8Range("pupil_id", "pupil_id", models.Value("[]")), RangeOperators.OVERLAPS),
                        (DateRange("from_on", "to_on", models.Value("[)")), RangeOperators.OVERLAPS),
                    ],
                    condition=models.Q(kind=kind),
                )
                for kind in ("adviser", "social_worker", "iro")
            ),
        ]
        indexes = [models.Index(fields=["user", "to_on"], name="pupils_allocation_user")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.pupil_id}: {self.user_id}"


@track_changes()
class Delegation(models.Model):
    """A designated teacher opens sections of a child's record to a colleague of the school, until a day.

    `to_on` is the first day no longer; `ended_at` ends it earlier, at once. Whether it is in force also depends on the
    giver's post and the child's place (`DelegationQuerySet.in_force`).
    """

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="delegations")
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="delegations")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_given")
    colleague = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations")
    sections = ArrayField(models.CharField(max_length=20))
    from_on = models.DateField()
    to_on = models.DateField()
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["to_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__gt=models.F("from_on")), name="pupils_delegation_to_after_from"
            ),
            models.CheckConstraint(
                condition=models.Q(to_on__lte=models.F("from_on") + timedelta(days=366)),
                name="pupils_delegation_a_year_at_most",
            ),
            models.CheckConstraint(
                condition=models.Q(sections__len__gt=0, sections__contained_by=[s.value for s in CHOOSABLE]),
                name="pupils_delegation_of_known_sections",
            ),
            models.CheckConstraint(
                condition=~models.Q(colleague=models.F("given_by")), name="pupils_delegation_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="pupils_delegation_end_by_somebody",
            ),
            ExclusionConstraint(
                name="pupils_delegation_no_overlap",
                expressions=[
                    *(
                        (Int8Range(name, name, models.Value("[]")), RangeOperators.OVERLAPS)
                        for name in ("pupil_id", "school_id", "given_by_id", "colleague_id")
                    ),
                    (DateRange("from_on", "to_on", models.Value("[)")), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["colleague", "to_on"], name="pupils_delegation_colleague")]

    def __str__(self) -> str:
        return f"{self.pupil_id} to {self.colleague_id} until {self.to_on}"

    @property
    def last_on(self) -> date:
        """The last day, as people say it."""
        return self.to_on - timedelta(days=1)

    @property
    def section_labels(self) -> list[str]:
        return [SECTION_LABELS[section] for section in CHOOSABLE if section in self.sections]


@track_changes()
class EmergencyAccess(models.Model):
    """A person without a relation to a child opened its record, for some hours, with a ground and a reason.

    The Virtual School Head reviews each of them. Reading only (pupils.emergencies).
    """

    class Ground(models.TextChoices):
        SAFETY = "safety", "The child may be in danger now"
        MISSING = "missing", "The child is missing"
        DUTY = "duty", "I am on duty and the child's own worker cannot be reached"
        MEETING = "meeting", "A meeting or hearing about the child is under way"
        OTHER = "other", "Another ground"

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", "Justified"
        FOLLOW_UP = "follow_up", "To follow up"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="emergency_accesses")
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="emergency_accesses")
    ground = models.CharField(max_length=10, choices=Ground.choices)
    reason = models.TextField(max_length=1000)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, help_text="When the person closed it themselves")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    note = models.TextField(max_length=1000, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = "emergency opening"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("opened_at")), name="pupils_emergency_expires_later"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_at__isnull=True, reviewed_by__isnull=True, outcome="")
                | (models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~models.Q(outcome="")),
                name="pupils_emergency_reviewed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["user", "expires_at"], name="pupils_emergency_user")]

    def __str__(self) -> str:
        return f"{self.user_id} opened {self.pupil_id}"

    @property
    def over_at(self) -> datetime:
        """When it ended or will end."""
        return min(self.closed_at or self.expires_at, self.expires_at)


class NotTheSameChild(models.Model):
    """Two records that look like one child's and are not: a person said so, and they are not listed again.

    `first` has the smaller key. The two follow a merge (pupils.duplicates.own).
    """

    first = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = NotTheSameChildQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pupils_notthesame_once"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="pupils_notthesame_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


class ChildMerge(models.Model):
    """Two records of one child became one: what the other record was, and every row that did not go over.

    `old_pk` is a plain number, for its row is gone; the audit trail and old addresses still name it. `old_record` holds
    the other record's own fields, `given_up_rows` those that were not needed or had to give way, each with its model
    and all of its values: enough for a person to mend a merge by hand. A merge that is found wrong is not undone by a
    button, for from then on rows of both are changed as one child's, and no rule could tell them apart again.
    """

    kept = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="merges")
    old_pk = models.BigIntegerField("key of the other record", unique=True)
    old_child_id = models.CharField("child id that was given up", max_length=20, db_index=True)
    old_upn = models.CharField("UPN that was given up", max_length=13, blank=True)
    old_record = models.JSONField(default=dict)
    moved = models.JSONField(default=dict, help_text="Rows that went over, by model")
    given_up_rows = models.JSONField(default=list)
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ChildMergeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.old_pk} is now {self.kept_id}"
