"""What the roll holds of a child, in words, and of whom it tells (core.subject_access)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from core.audit import ACCESS_LABELS, Access
from core.models import AccessEvent, User
from core.recipients import CARE_CIRCLE, EVERYBODY, PROFESSIONALS, Recipient
from core.roles import Permission
from core.rules import academic_year_start
from core.subject_access import About, Annex, Piece, RecordPart, Words, leave_out, register
from core.wording import local_date, moment, short_date
from pupils import rules
from pupils.history import Change, FieldChange, changes_of
from pupils.matching import keys_of
from pupils.models import (
    Allocation,
    CareEpisode,
    ChildMerge,
    Delegation,
    EmergencyAccess,
    FormerUPN,
    ProtectedNote,
    Pupil,
    ReturnRecord,
    SchoolPlace,
    YearGroup,
)

P = Permission
SCHOOL_AND_CARE = CARE_CIRCLE | {Recipient.SCHOOL}


def _about_note(note: ProtectedNote) -> About:
    """A contact restriction tells of somebody else; of a health note a person asks whether it could do harm."""
    return About.OTHERS if note.kind == ProtectedNote.Kind.CONTACT else About.CHECK


def _return_row(record: ReturnRecord) -> str:
    """A row of the return as it was sent: "DATE: 2015-03-02; PLACE: A10"."""
    return "; ".join(f"{name}: {value}" for name, value in record.data.items() if value not in (None, ""))


register(
    RecordPart(
        key="child",
        label="Personal details",
        model=Pupil,
        path="",
        order=0,
        permission=P.SEE_PUPILS,
        to=EVERYBODY,
        standing=True,
        on=lambda _: None,
        fields=(
            Words(name="surname", label="Surname"),
            Words(name="forename", label="Forename"),
            Words(name="known_as", label="Known as"),
            Words(name="dob", label="Date of birth"),
            Words(name="sex", label="Sex"),
            Words(name="child_id", label="Child id of the council", to=CARE_CIRCLE),
            Words(name="upn", label="Unique pupil number (UPN)", to=SCHOOL_AND_CARE),
            Words(name="upn_unknown_reason", label="Why there is no UPN", to=SCHOOL_AND_CARE),
            Words(name="uln", label="Unique learner number (ULN)", to=SCHOOL_AND_CARE),
            Words(
                name="ethnicity",
                label="Ethnicity",
                words=lambda row: rules.describe_ethnicity(row.ethnicity) if row.ethnicity else "",
                to=SCHOOL_AND_CARE,
            ),
            Words(name="send", label="Special educational needs", to=SCHOOL_AND_CARE | {Recipient.CARER}),
            Words(name="responsible_la", label="Code of the authority that looks after the child"),
        ),
        left_out={"sort_name": "the name once more, folded for sorting"},
    ),
    RecordPart(
        key="former-upn",
        label="Former unique pupil number",
        model=FormerUPN,
        order=5,
        permission=P.SEE_PUPILS,
        on=lambda _: None,
        # After an adoption it leads from the new name to the old one.
        fields=(Words(name="upn", label="Former UPN", about=About.CHECK, reveal=P.SEE_ADOPTED_UPNS),),
    ),
    RecordPart(
        key="care-episode",
        label="Care",
        model=CareEpisode,
        order=10,
        permission=P.SEE_CARE_DETAIL,
        to=CARE_CIRCLE | {Recipient.PARENT, Recipient.CARER},
        standing=True,
        on=lambda row: row.decom,
        current=lambda row, today: row.decom <= today and (row.dec is None or row.dec > today),
        fields=(
            Words(name="decom", label="From"),
            Words(name="dec", label="Until"),
            Words(name="rne", label="Why it began", words=lambda row: row.rne_words if row.rne else ""),
            Words(name="ls", label="Legal status", words=lambda row: row.ls_words if row.ls else ""),
            Words(
                name="cin",
                label="Why help was needed",
                words=lambda row: rules.describe_need(row.cin) if row.cin else "",
                to=CARE_CIRCLE,
            ),
            Words(name="place", label="Kind of placement", words=lambda row: row.place_words if row.place else ""),
            Words(
                name="place_provider",
                label="Who provided it",
                words=lambda row: row.provider_words if row.place_provider else "",
                to=CARE_CIRCLE,
            ),
            Words(name="rec", label="Why it ended", words=lambda row: row.rec_words if row.rec else ""),
            Words(
                name="reason_place_change",
                label="Why the placement changed",
                words=lambda row: (
                    rules.describe_place_change(row.reason_place_change) if row.reason_place_change else ""
                ),
                to=CARE_CIRCLE,
            ),
            Words(name="home_post", label="Home postcode", about=About.OTHERS, reveal=P.SEE_PLACEMENT_ADDRESS),
            Words(name="pl_post", label="Placement postcode", about=About.OTHERS, reveal=P.SEE_PLACEMENT_ADDRESS),
            Words(
                name="ofsted_urn",
                label="Ofsted number of the placement",
                about=About.OTHERS,
                reveal=P.SEE_PLACEMENT_ADDRESS,
            ),
        ),
    ),
    RecordPart(
        key="return-row",
        label="Yearly return to the government",
        model=ReturnRecord,
        order=15,
        permission=P.SEE_CARE_DETAIL,
        to=PROFESSIONALS,
        on=lambda row: row.on,
        fields=(
            Words(name="table", label="About"),
            Words(name="data", label="As sent", about=About.CHECK, words=_return_row),
        ),
        left_out={
            "key": "tells two rows of one kind apart; its date is printed",
            "on": "the row stands at this day",
        },
    ),
    RecordPart(
        key="school-place",
        label="School",
        model=SchoolPlace,
        order=20,
        permission=P.SEE_PUPILS,
        related=("school",),
        to=EVERYBODY,
        standing=True,
        on=lambda row: row.from_on,
        fields=(
            Words(name="school", label="School", whereabouts=True),
            Words(name="kind", label="Kind of place"),
            Words(name="from_on", label="On roll from"),
            Words(name="to_on", label="Last day on roll", words=lambda row: short_date(row.last_on)),
        ),
    ),
    RecordPart(
        key="year-group",
        label="Year group",
        model=YearGroup,
        order=25,
        permission=P.SEE_PUPILS,
        to=EVERYBODY,
        on=lambda row: academic_year_start(row.academic_year),
        fields=(
            Words(name="academic_year", label="School year", words=lambda row: row.academic_year_words),
            Words(name="nc_year", label="Year group", words=lambda row: row.nc_year_words),
        ),
    ),
    RecordPart(
        key="allocation",
        label="Who works with the child",
        model=Allocation,
        order=30,
        permission=P.SEE_PUPILS,
        related=("user",),
        to=EVERYBODY,
        standing=True,
        on=lambda row: row.from_on,
        fields=(
            Words(name="user", label="Name"),
            Words(name="kind", label="As"),
            Words(name="from_on", label="From"),
            Words(name="to_on", label="No longer from"),
        ),
    ),
    RecordPart(
        key="protected-note",
        label="Protected note",
        model=ProtectedNote,
        order=35,
        permission=P.SEE_PROTECTED_NOTES,
        related=("recorded_by", "ended_by"),
        to=EVERYBODY,
        standing=True,
        on=lambda row: local_date(row.recorded_at),
        current=lambda row, _: row.ended_at is None,
        fields=(
            Words(name="kind", label="Kind", to=frozenset()),
            Words(
                name="protected_text",
                label="What it says",
                about=_about_note,
                reveal=P.SEE_PROTECTED_NOTES,
            ),
            Words(name="recorded_by", label="Recorded by", to=frozenset()),
            Words(name="ended_at", label="Held until", to=frozenset()),
            Words(name="ended_by", label="Ended by", to=frozenset()),
        ),
    ),
)


# ---------------------------------------------------------------- about the record


MOST_LINES = 100
"""Of one piece: a busy month is several, so that no page of the record and no decision is about too much at once."""


def _month_by_month(name: str, months: Mapping[date, Sequence[str]]) -> Iterator[Piece]:
    for on, lines in months.items():
        for at in range(0, len(lines), MOST_LINES):
            text = "\n".join(lines[at : at + MOST_LINES])
            yield Piece(on=on, key=f"{on:%Y-%m}/{at // MOST_LINES + 1}", texts={name: text})


def _looks(user: Any, pupil: Pupil) -> Iterator[Piece]:
    """Who looked, a piece for each month; the request's own events come after it was gathered."""
    events = AccessEvent.objects.filter(subject_type="pupils.pupil", subject_id__in=keys_of(pupil)).order_by("at", "pk")
    people = dict(User.objects.values_list("pk", "name"))
    roles = {pk: User(role=role).role_label for pk, role in User.objects.values_list("pk", "role")}
    months: dict[date, list[str]] = defaultdict(list)
    for event in events.only("at", "user_id", "action", "screen").iterator(chunk_size=2000):
        who = f"{people[event.user_id]} ({roles[event.user_id]})" if event.user_id in people else "The system"
        did = ACCESS_LABELS[Access(event.action)].lower()
        months[local_date(event.at).replace(day=1)].append(f"{moment(event.at)}: {who} {did}")
    yield from _month_by_month("looks", months)


def _field_in_words(change: FieldChange) -> str:
    if change.hidden:
        return f"{change.label}: changed (protected)"
    if change.before and change.after:
        return f"{change.label}: {change.before} became {change.after}"
    return f"{change.label}: {change.after or change.before}"


def _change_in_words(change: Change) -> str:
    who = change.person.name if change.person is not None else "the system"
    fields = "; ".join(_field_in_words(one) for one in change.fields)
    return f"{moment(change.at)}: {change.what}, {change.deed.lower()} by {who}. {fields}"


def _changes(user: Any, pupil: Pupil) -> Iterable[Piece]:
    """What was changed, the oldest first, a piece for each month; protected values are in the record itself."""
    months: dict[date, list[str]] = defaultdict(list)
    for change in reversed(changes_of(user, pupil)):
        months[timezone.localtime(change.at).date().replace(day=1)].append(_change_in_words(change))
    yield from _month_by_month("changes", months)


register(
    Annex(
        key="changes",
        label="What was changed in the record",
        order=10,
        fields=(Words(name="changes", label="Changes", about=About.PERSON),),
        pieces=_changes,
    ),
    Annex(
        key="looks",
        label="Who has looked at the record",
        order=20,
        fields=(Words(name="looks", label="Looks"),),
        pieces=_looks,
    ),
)


def _given_up(merge: ChildMerge) -> str:
    """The rows that a merge did not take over, a line each."""
    lines = []
    for row in merge.given_up_rows:
        values = "; ".join(f"{name}: {value}" for name, value in row["values"].items() if value not in (None, ""))
        lines.append(f"{row['model']}: {values}")
    return "\n".join(lines)


def _old_record(merge: ChildMerge) -> str:
    return "; ".join(f"{name}: {value}" for name, value in merge.old_record.items() if value not in (None, ""))


register(
    RecordPart(
        key="delegation",
        label="Parts of the record were opened to a colleague at school",
        model=Delegation,
        order=120,
        permission=P.SEE_PUPILS,
        related=("school", "given_by", "colleague", "ended_by"),
        on=lambda row: row.from_on,
        fields=(
            Words(name="colleague", label="To"),
            Words(name="given_by", label="By"),
            Words(name="school", label="School"),
            Words(name="sections", label="Parts", words=lambda row: ", ".join(row.section_labels)),
            Words(name="from_on", label="From"),
            Words(name="to_on", label="Last day", words=lambda row: short_date(row.last_on)),
        ),
    ),
    RecordPart(
        key="emergency",
        label="The record was opened in an emergency",
        model=EmergencyAccess,
        order=121,
        permission=P.SEE_AUDIT,
        related=("user", "reviewed_by"),
        on=lambda row: local_date(row.opened_at),
        fields=(
            Words(name="user", label="By"),
            Words(name="ground", label="Ground"),
            Words(name="reason", label="Reason", about=About.CHECK),
            Words(name="opened_at", label="From", words=lambda row: moment(row.opened_at)),
            Words(name="expires_at", label="Until", words=lambda row: moment(row.over_at)),
            Words(name="outcome", label="What the review found"),
            Words(name="note", label="Note of the review", about=About.CHECK),
        ),
    ),
    RecordPart(
        key="merge",
        label="Two records became one",
        model=ChildMerge,
        path="kept",
        order=122,
        permission=P.MERGE_CHILDREN,
        related=("made_by",),
        on=lambda row: local_date(row.made_at),
        fields=(
            Words(name="old_child_id", label="Child id of the other record"),
            Words(name="old_upn", label="UPN of the other record", about=About.CHECK, reveal=P.SEE_ADOPTED_UPNS),
            Words(name="reason", label="Why", about=About.CHECK),
            Words(name="made_by", label="By"),
            Words(name="old_record", label="What the other record said", about=About.CHECK, words=_old_record),
            Words(name="given_up_rows", label="Rows that were not taken over", about=About.CHECK, words=_given_up),
        ),
    ),
)
leave_out("pupils.NotTheSameChild", "Names another child: somebody said that the two records are of two children.")
