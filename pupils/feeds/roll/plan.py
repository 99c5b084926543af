"""A roll file against the tables: facts, UPNs, year groups, school places, who works with whom."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from core import rules as time_rules
from core.feeds.base import Change, Difference, Problems
from core.feeds.columns import Row
from core.models import User
from core.roles import Role
from core.wording import count_of
from pupils import rules
from pupils.caseloads.moves import settle
from pupils.feeds.roll.children import FACTS, STAFF, RollChild, former_upns_of, upn_of
from pupils.feeds.roll.places import PlacePlanner, PlaceState
from pupils.feeds.upns import tell_kept
from pupils.matching import PupilIndex
from pupils.models import Allocation, CareEpisode, FormerUPN, Pupil, YearGroup, home_la
from pupils.services import AllocationChange, pending_changes

ROLES = {
    "adviser": {Role.ADVISER, Role.VSH},
    "social_worker": {Role.SOCIAL_WORKER},
    "iro": {Role.IRO},
}
SHOWN_IN_PREVIEW = {"dob", "sex", "send", "upn"}
"""Facts whose values the preview shows; of names and numbers it says only that they change."""


@dataclass
class PupilFacts:
    """A pupil as stored or as it will be."""

    child_id: str
    pk: int | None = None
    upn: str = ""
    upn_unknown_reason: str = ""
    uln: str = ""
    surname: str = ""
    forename: str = ""
    known_as: str = ""
    dob: date | None = None
    sex: str = Pupil.Sex.UNKNOWN.value
    send: str = ""
    responsible_la: str = field(default_factory=home_la)


PUPIL_FIELDS = tuple(n for n in PupilFacts.__dataclass_fields__ if n not in {"pk", "child_id"})


@dataclass
class Plan:
    """What `write` writes; children by child id, for new ones have no key yet."""

    new: list[PupilFacts] = field(default_factory=list)
    changed: list[PupilFacts] = field(default_factory=list)
    former_upns: list[tuple[str, str]] = field(default_factory=list)
    years: dict[tuple[str, int], int] = field(default_factory=dict)
    places_new: list[PlaceState] = field(default_factory=list)
    places_changed: list[PlaceState] = field(default_factory=list)
    staff: list[tuple[str, str, int]] = field(default_factory=list)
    moves_confirmed: list[int] = field(default_factory=list)


class RollPlanner:
    """Call `run()` once; `fates` then tells what became of each row (by identity)."""

    def __init__(
        self,
        children: Sequence[RollChild],
        rows: Sequence[Row],
        index: PupilIndex,
        problems: Problems,
        *,
        today: date,
    ) -> None:
        self.children, self.rows, self.index = children, rows, index
        self.problems, self.today = problems, today
        self.plan, self.difference = Plan(), Difference()
        self.fates: dict[int, str] = {}
        self.stored: dict[int, PupilFacts] = {}
        self.former: dict[int, set[str]] = defaultdict(set)

    def run(self) -> tuple[Plan, Difference]:
        places = PlacePlanner(self.children, self.plan, self.difference, self.problems, self.fates, today=self.today)
        places.run()
        usable = [c for c in self.children if any(not row.held for row in c.rows)]
        self._load(usable)
        after = [self._facts(child) for child in usable]
        self._settle_upns(usable, after)
        for child, facts in zip(usable, after, strict=True):
            self._plan_child(child, facts)
        self._plan_years(usable)
        self._plan_staff(usable)
        self._list_absent()
        return self.plan, self.difference

    # ------------------------------------------------------------ facts

    def _load(self, children: Sequence[RollChild]) -> None:
        keys = [c.pupil_id for c in children if c.pupil_id is not None]
        for pk, child_id, *values in Pupil.objects.filter(pk__in=keys).values_list("pk", "child_id", *PUPIL_FIELDS):
            self.stored[pk] = PupilFacts(child_id, pk, *values)
        for pk, upn in FormerUPN.objects.filter(pupil__in=keys).values_list("pupil_id", "upn"):
            self.former[pk].add(upn)

    def _old(self, child: RollChild) -> PupilFacts:
        return self.stored[child.pupil_id] if child.pupil_id is not None else PupilFacts(child.child_id)

    def _facts(self, child: RollChild) -> PupilFacts:
        """What the roll will have: filled cells over what is there."""
        old = self._old(child)
        new = PupilFacts(**{n: getattr(old, n) for n in PupilFacts.__dataclass_fields__})
        for name in FACTS:
            row = child.first(name)
            if row is None:
                continue
            before, value = getattr(old, name), row[name]
            if isinstance(before, str) and rules.is_worse(name, current=before, given=value):
                tell_kept(self.problems, name, child=child.child_id, stored=before, given=value, where=row.where(name))
                continue
            if name == "uln" and not rules.is_valid_uln(value):
                self.problems.warn(
                    "ULN_CHECK", "The check digit of this ULN is wrong; it was kept as sent.",
                    advice="Ask the school for the ULN.", **row.where("uln"),
                )  # fmt: skip
            if isinstance(value, str) and isinstance(before, str) and _same(value, before):
                continue
            if before and before != value and name in {"dob", "sex"} and before != Pupil.Sex.UNKNOWN:
                self._tell_changed(child, row, name, before, value)
            setattr(new, name, value)
        self._wish_upn(child, old, new)
        return new

    def _tell_changed(self, child: RollChild, row: Row, name: str, before: object, after: object) -> None:
        self.problems.warn(
            "FACT_CHANGED",
            f"{name} of child {child.child_id} is {before} on the roll and {after} here; the new one was used.",
            advice="Check which is right.",
            **row.where(name),
        )

    def _wish_upn(self, child: RollChild, old: PupilFacts, new: PupilFacts) -> None:
        read = upn_of(child, self.problems)
        if read.unknown_reason and not old.upn:
            new.upn_unknown_reason = read.unknown_reason
        if read.upn is None:
            self._tell_bad_upn(child, old)
            return
        known = self.former.get(old.pk or 0, set())
        change = rules.upn_change(current=old.upn, former=known, given=read.upn)
        if change in {rules.UpnChange.FIRST, rules.UpnChange.REPLACE}:
            new.upn = read.upn
        elif change is rules.UpnChange.KEEP_VALID:
            self._tell_bad_upn(child, old)
        elif change is rules.UpnChange.KEEP_PERMANENT:
            self._former(child, read.upn)
        if change in {rules.UpnChange.KEEP_NEWER, rules.UpnChange.KEEP_PERMANENT}:
            row = child.first("upn")
            assert row is not None
            self.problems.warn(
                "UPN_OLDER", f"This UPN of child {child.child_id} is an earlier or a temporary one; the roll keeps "
                "the newer one.", advice="Give the present UPN.", **row.where("upn"),
            )  # fmt: skip

    def _tell_bad_upn(self, child: RollChild, old: PupilFacts) -> None:
        """A bad UPN where the roll has a good one: the good one stays and both are named."""
        row = child.first("upn")
        if row is None or rules.is_upn_unknown_code(row["upn"]):
            return
        if rules.is_worse("upn", current=old.upn, given=row["upn"]):
            where = row.where("upn")
            tell_kept(self.problems, "upn", child=child.child_id, stored=old.upn, given=row["upn"], where=where)

    def _settle_upns(self, children: Sequence[RollChild], after: Sequence[PupilFacts]) -> None:
        """By rules.settle_upns; both rows of a UPN that two children have are named."""
        moving = {
            c.child_id: (c, f) for c, f in zip(children, after, strict=True) if f.upn and f.upn != self._old(c).upn
        }
        wishes = {child_id: facts.upn for child_id, (_, facts) in moving.items()}
        holders = Pupil.objects.filter(upn__in=wishes.values()).values_list("upn", "child_id")
        settled = rules.settle_upns(
            wishes=wishes,
            stored={child_id: self._old(child).upn for child_id, (child, _) in moving.items()},
            taken={upn: child_id for upn, child_id in holders if child_id not in wishes},
        )
        rows = {child_id: child.first("upn") for child_id, (child, _) in moving.items()}
        for child_id, holder in settled.refused.items():
            self._tell_taken(child_id, holder, rows)
            moving[child_id][1].upn = settled.upns[child_id]
        for child, facts in zip(children, after, strict=True):
            facts.upn_unknown_reason = "" if facts.upn else facts.upn_unknown_reason
            before = self._old(child).upn
            if before and facts.upn != before:
                row = child.first("upn")
                if row is not None:
                    self._tell_changed(child, row, "upn", before, facts.upn)
                self._former(child, before)
            for upn in former_upns_of(child, self.problems):
                if upn != facts.upn:
                    self._former(child, upn)

    def _tell_taken(self, child_id: str, holder: str, rows: dict[str, Row | None]) -> None:
        for mine, other, what in ((child_id, holder, "was not stored"), (holder, child_id, "stays")):
            row, theirs = rows.get(mine), rows.get(other)
            if row is None:
                continue
            place = f" (row {theirs.number})" if theirs else ""
            self.problems.warn(
                "UPN_TWICE", f"Child {mine} has the same UPN as child {other}{place}; for child {mine} it {what}.",
                advice="Find out from the school whose UPN it is.", **row.where("upn"),
            )  # fmt: skip

    def _former(self, child: RollChild, upn: str) -> None:
        if upn in self.former.get(child.pupil_id or 0, ()) or (child.child_id, upn) in self.plan.former_upns:
            return
        owner = self.index.by_upn.get(upn)
        row = child.first("former_upns")
        if owner is not None and owner != child.pupil_id and row is not None:
            self.problems.warn(
                "FORMER_UPN_TAKEN", f"This is the present UPN of child {self.index.child_ids[owner]}; it was not kept "
                f"as a former UPN of child {child.child_id}.", advice="Check it with the school.",
                **row.where("former_upns"),
            )  # fmt: skip
            return
        self.plan.former_upns.append((child.child_id, upn))
        self._applied(child)

    def _plan_child(self, child: RollChild, facts: PupilFacts) -> None:
        if child.pupil_id is None:
            self.plan.new.append(facts)
            self.difference.added += 1
            self.difference.tell(Change(subject=child.child_id, what="child", after="new on the roll"))
            self._applied(child)
            return
        old = self.stored[child.pupil_id]
        changed = [n for n in PUPIL_FIELDS if getattr(old, n) != getattr(facts, n)]
        if not changed:
            return
        self.plan.changed.append(facts)
        self.difference.changed += 1
        for name in changed:
            shown = name in SHOWN_IN_PREVIEW
            before = str(getattr(old, name) or "") if shown else "..."
            after = str(getattr(facts, name) or "") if shown else "..."
            self.difference.tell(Change(subject=child.child_id, what=name, before=before, after=after))
        self._applied(child)

    def _applied(self, child: RollChild) -> None:
        row = next(row for row in child.rows if not row.held)
        self.fates[id(row)] = "applied"

    # ------------------------------------------------------------ year groups

    def _plan_years(self, children: Sequence[RollChild]) -> None:
        stored = {
            (pk, year): nc_year
            for pk, year, nc_year in YearGroup.objects.filter(
                pupil__in=[c.pupil_id for c in children if c.pupil_id is not None]
            ).values_list("pupil_id", "academic_year", "nc_year")
        }
        for child in children:
            said: dict[int, Row] = {}
            for row in child.rows:
                if row.held or row["nc_year"] is None or (row.raw.get("nc_year_in") and row["nc_year_in"] is None):
                    continue
                year = self._year_of(row)
                if year in said and said[year]["nc_year"] != row["nc_year"]:
                    self._tell_two_years(said[year], row)
                    continue
                said[year] = row
            for year, row in said.items():
                if stored.get((child.pupil_id or 0, year)) != row["nc_year"]:
                    self.plan.years[child.child_id, year] = row["nc_year"]
                    self.fates[id(row)] = "applied"
                    self.difference.changed += 1
                self._compare_age(child, row, year)

    def _year_of(self, row: Row) -> int:
        if row["nc_year_in"] is not None:
            return int(row["nc_year_in"])
        year = time_rules.academic_year_of(self.today)
        self.problems.note(
            "NC_YEAR_ASSUMED",
            f"The row does not say in which academic year; {time_rules.academic_year_label(year)} was taken.",
            advice="Fill in nc_year_in, as in 2008/09.", **row.where("nc_year"),
        )  # fmt: skip
        return year

    def _tell_two_years(self, first: Row, row: Row) -> None:
        self.problems.warn(
            "NC_YEAR_TWICE",
            f"Rows {first.number} and {row.number} give this child different year groups for the same academic year; "
            f"that of row {first.number} was used.",
            advice="Keep the right one.", **row.where("nc_year"),
        )  # fmt: skip

    def _compare_age(self, child: RollChild, row: Row, year: int) -> None:
        """R-YG-2: the recorded year wins over the age, and the child is listed."""
        dob = child.value("dob") or self._old(child).dob
        if dob is not None and time_rules.nc_year_for(dob, year) != row["nc_year"]:
            self.problems.note(
                "NC_YEAR_NOT_BY_AGE",
                f"By age child {child.child_id} would be in "
                f"{time_rules.year_group_label(time_rules.nc_year_for(dob, year))} in "
                f"{time_rules.academic_year_label(year)}; the recorded year group counts.",
                **row.where("nc_year"),
            )

    # ------------------------------------------------------------ staff

    def _plan_staff(self, children: Sequence[RollChild]) -> None:
        wanted = {row[column] for c in children for row in c.rows for column in STAFF if row[column]}
        users = {
            email.lower(): (pk, Role(role))
            for pk, email, role in User.objects.filter(is_active=True, email__in=wanted).values_list(
                "pk", "email", "role"
            )
        }
        changes: dict[AllocationChange, RollChild] = {}
        for child in children:
            for column, kind in STAFF.items():
                row = child.first(column)
                user = self._staff_of(row, column, kind, users) if row else None
                if user is None:
                    continue
                if child.pupil_id is None:
                    self.plan.staff.append((child.child_id, kind, user))
                    self._applied(child)
                else:
                    changes[AllocationChange(child.pupil_id, kind, user)] = child
        settled = settle(changes, on=self.today)
        for change, standing in settled.held:
            self._tell_moved(changes[change], change.kind, standing)
        self.plan.moves_confirmed = settled.confirmed
        self.difference.changed += len(settled.confirmed)
        for change in pending_changes(settled.changes, on=self.today):
            child = changes[change]
            self.plan.staff.append((child.child_id, change.kind, change.user_id))
            self.difference.changed += 1
            self._applied(child)

    def _tell_moved(self, child: RollChild, kind: str, standing: Allocation) -> None:
        """The file still names the person from whom the child was moved; until the day of the move it is right."""
        row = child.first(f"{kind}_email")
        if row is None or standing.from_on > self.today:
            return
        self.problems.warn(
            "STAFF_MOVED",
            f"Child {child.child_id} was moved to somebody else on {standing.from_on:%-d %B %Y}; this file still names "
            "the person before. The move stands; the rest of the row was used.",
            advice="Change the person in the social-care system, or move the child back here.",
            **row.where(f"{kind}_email"),
        )

    def _staff_of(self, row: Row, column: str, kind: str, users: dict[str, tuple[int, Role]]) -> int | None:
        found = users.get(row[column])
        if found is None:
            self.problems.warn(
                "STAFF_UNKNOWN", "Nobody with this address has an account here; the rest of the row was used.",
                advice="Correct the address, or ask the system administrator for the account.", **row.where(column),
            )  # fmt: skip
            return None
        if found[1] not in ROLES[kind]:
            self.problems.warn(
                "STAFF_ROLE", f"The account of this address has another role than {column.removesuffix('_email')}.",
                advice="Correct the address, or ask the system administrator to change the role.",
                **row.where(column),
            )  # fmt: skip
            return None
        return found[0]

    # ------------------------------------------------------------ who is missing

    def _list_absent(self) -> None:
        named = {c.child_id for c in self.children}
        named |= {row["child_id"] for row in self.rows if row["child_id"]}
        absent = _absent(named, self.today)
        self.difference.left = len(absent)
        if absent:
            self.difference.summary.append(
                f"{count_of(len(absent), 'child looked after now is,children looked after now are')} not in this file; "
                "nothing of theirs changes."
            )
        for child_id in absent:
            self.problems.note(
                "NOT_IN_FILE", f"Child {child_id} is looked after now, but this file does not name the child.",
                value=child_id, advice="Add the child to the next file.",
            )  # fmt: skip


def _absent(named: Collection[str], today: date) -> list[str]:
    children = (
        CareEpisode.objects.open_on(today)
        .values_list("pupil__child_id", flat=True)
        .distinct()
        .order_by("pupil__child_id")
    )
    return [child for child in children if child not in named]


def _same(one: str, other: str) -> bool:
    """Curly and straight apostrophes are no change of name."""
    return one.replace("\u2019", "'") == other.replace("\u2019", "'")
