"""What a file of people would change: accounts, their last days, and posts at schools. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.feeds.base import ACCOUNT_MADE, Change, Difference, Problems
from core.feeds.columns import Row
from core.models import User
from core.permissions import why_not_change_role, why_not_deactivate, why_not_leave_on
from core.roles import ROLE_LABELS, Role
from core.wording import count_of, short_date
from schools.feeds.people.posts import Post, PostsOverlap, apply_row
from schools.models import School, SchoolMembership

BY_HAND = "Change the account on its page under Accounts."


@dataclass
class Person:
    """Everybody whom the file names: their rows, the account there is, and what becomes of it."""

    email: str
    rows: list[Row]
    account: User | None
    posts: list[Post] = field(default_factory=list)
    name: str = ""
    team: str = ""
    role: Role | None = None
    leaves_on: date | None = None
    closes: bool = False
    account_changes: bool = False
    touched_posts: list[Post] = field(default_factory=list)
    ended_posts: list[Post] = field(default_factory=list)

    @property
    def in_use(self) -> list[Row]:
        return [row for row in self.rows if not row.held]

    @property
    def changes(self) -> bool:
        last_day = self.account is not None and self.leaves_on != self.account.leaves_on
        return self.account_changes or last_day or self.closes or bool(self.touched_posts)


@dataclass
class PeoplePlan:
    """What `store.write` does. `absent` are accounts closed for they are not in a full file."""

    people: list[Person] = field(default_factory=list)
    absent: list[User] = field(default_factory=list)


class PeoplePlanner:
    """Compares the rows with accounts and posts; problems and the difference are told as it goes."""

    def __init__(self, rows: Sequence[Row], problems: Problems, *, today: date, actor: Any) -> None:
        self.rows, self.problems, self.today, self.actor = rows, problems, today, actor
        self.difference = Difference()
        self.fates: dict[int, str] = {}
        self.accounts: dict[str, User] = {user.email.lower(): user for user in User.objects.order_by("pk")}
        urns = {row["school_urn"] for row in rows if row["school_urn"]}
        self.schools = {s.urn: s for s in School.objects.filter(urn__in=urns).only("pk", "urn", "name")}
        self.people = self._gather()

    def run(self) -> list[Person]:
        """Everybody whom the file names, planned."""
        for person in self.people:
            self._settle_repetitions(person)
            if self._may_go_on(person):
                self._plan_posts(person)
                self._plan_leaving(person)
                self._tell(person)
            for row in person.in_use:
                self.fates.setdefault(id(row), "applied" if person.changes else "unchanged")
        return self.people

    # Reading

    def _gather(self) -> list[Person]:
        by_email: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row["email"] is not None:
                by_email[row["email"]].append(row)
            elif not row.held:
                self.hold([row], "MISSING_VALUE", "The row has no email address.", "email", "Fill it in.")
        people = [self._person(email, rows) for email, rows in by_email.items()]
        by_pk = {person.account.pk: person for person in people if person.account is not None}
        found = SchoolMembership.objects.filter(user_id__in=list(by_pk)).order_by("from_on", "pk")
        for m in found:
            by_pk[m.user_id].posts.append(Post(m.school_id, m.from_on, m.to_on, m.pk))
        return people

    def _person(self, email: str, rows: list[Row]) -> Person:
        account = self.accounts.get(email)
        return Person(email, rows, account, leaves_on=account.leaves_on if account else None)

    def hold(self, rows: Iterable[Row], code: str, message: str, column: str, advice: str) -> None:
        for row in rows:
            row.held = True
            self.problems.add(code, message, advice=advice, **row.where(column))

    def _settle_repetitions(self, person: Person) -> None:
        seen: dict[tuple[Any, ...], Row] = {}
        for row in person.in_use:
            key = tuple(row.values.items())
            first = seen.setdefault(key, row)
            if first is not row:
                self.fates[id(row)] = "ignored"
                text = f"The row says the same as row {first.number}; the first was used."
                self.problems.note("DUPLICATE_ROW", text, **row.where("email"))
        person.rows = [row for row in person.rows if self.fates.get(id(row)) != "ignored"]

    # The account

    def _may_go_on(self, person: Person) -> bool:
        """Whether something of the person's rows can be used; says why not."""
        roles = list(dict.fromkeys(row["role"] for row in person.in_use if row["role"] is not None))
        if len(roles) > 1:
            words = " and ".join(ROLE_LABELS[role] for role in roles)
            self.hold(
                person.in_use, "TWO_ROLES", f"The file gives this address two roles: {words}.", "role",
                "One account has one role: keep the right one in all rows of the person.",
            )  # fmt: skip
            return False
        account = person.account
        person.role = roles[0] if roles else Role(account.role) if account else None
        person.name = self._one_of(person, "name") or (account.name if account else "")
        person.team = self._one_of(person, "team") or (account.team if account else "")
        if account is None:
            return self._may_be_made(person)
        return self._may_be_changed(person, account)

    def _one_of(self, person: Person, column: str) -> str:
        values = list(dict.fromkeys(row[column] for row in person.in_use if row[column]))
        if len(values) > 1:
            row = next(row for row in person.in_use if row[column] == values[1])
            text = f"The rows of this person say different things here; “{values[0]}” was used."
            self.problems.warn("SAYS_TWO_THINGS", text, advice="Keep one of them.", **row.where(column))
        return values[0] if values else ""

    def _may_be_made(self, person: Person) -> bool:
        missing = "name" if not person.name else "role" if person.role is None else ""
        if missing and person.in_use:
            self.hold(
                person.in_use, "MISSING_VALUE", f"A new person needs a {missing}.", missing,
                "Fill it in and send the row again.",
            )  # fmt: skip
        elif person.role == Role.SYSTEM_ADMIN:
            self.hold(
                person.in_use, "ADMIN_BY_HAND", "A file makes no system administrator.", "role",
                "Add the person by hand under Accounts.",
            )  # fmt: skip
        return bool(person.in_use)

    def _may_be_changed(self, person: Person, account: User) -> bool:
        role = person.role or Role(account.role)
        if Role.SYSTEM_ADMIN in {role, account.role} and role != account.role:
            self.hold(
                person.in_use, "ADMIN_BY_HAND", "A file makes nobody a system administrator, and no administrator "
                "anything else.", "role", BY_HAND,
            )  # fmt: skip
        elif refusal := why_not_change_role(self.actor, account, role):
            self.hold(person.in_use, "ROLE_STAYS", refusal, "role", BY_HAND)
        if why := why_not_leave_on(account):
            self.hold([row for row in person.in_use if row["to"]], "ADMIN_BY_HAND", why, "to", BY_HAND)
        if not account.is_active:
            back = [row for row in person.in_use if row["to"] is None or row["to"] >= self.today]
            self.hold(
                back, "ACCOUNT_CLOSED", "The account of this person is closed, and a file opens none.", "email",
                "Reactivate it on its page under Accounts if the person is back, and send the row again.",
            )  # fmt: skip
            return False
        return bool(person.in_use)

    # Posts and the last day

    def _plan_posts(self, person: Person) -> None:
        for row in person.in_use:
            school = self._school_of(row, person.role)
            if row.held or school is None:
                continue
            try:
                post = apply_row(person.posts, school.pk, row["from"], row["to"], self.today)
            except PostsOverlap:
                self.hold(
                    [row], "SEVERAL_POSTS", "Several posts at this school are recorded in that time.", "from",
                    "Give the first day of the one that is meant, or change it on the school's page.",
                )  # fmt: skip
                continue
            if post is not None:
                if post not in person.posts:
                    person.posts.append(post)
                if not any(post is other for other in person.touched_posts):
                    person.touched_posts.append(post)

    def _school_of(self, row: Row, role: Role | None) -> School | None:
        """Where the post is, for a designated teacher. Holds the row when its dates or its school cannot be."""
        if row["from"] and row["to"] and row["to"] < row["from"]:
            self.hold([row], "TO_BEFORE_FROM", "The last day lies before the first one.", "to", "Correct one of them.")
            return None
        urn = row["school_urn"]
        if role != Role.DESIGNATED_TEACHER:
            if urn:
                text = "Only designated teachers have a school here; it was left out."
                self.problems.warn("URN_NOT_USED", text, **row.where("school_urn"))
            if row["from"] and row["from"] > self.today:
                text = "The account is there at once, also before the first day."
                advice = "Send the invitation when the person begins."
                self.problems.note("STARTS_LATER", text, advice=advice, **row.where("from"))
            return None
        if not urn:
            self.hold(
                [row], "NO_SCHOOL", "A designated teacher needs the URN of the school.", "school_urn",
                "Fill it in and send the row again.",
            )  # fmt: skip
        elif urn not in self.schools:
            self.hold(
                [row], "SCHOOL_UNKNOWN", "The school is not in the register here.", "school_urn",
                "Check the URN, or bring in the schools register first.",
            )  # fmt: skip
        return self.schools.get(urn) if urn else None

    def _plan_leaving(self, person: Person) -> None:
        """The last day is the latest of the rows, when each has one and no post runs on."""
        account = person.account
        if not person.in_use or any(row.held for row in person.rows):
            return
        ends = [row["to"] for row in person.in_use]
        last = None if None in ends else max(ends)
        runs_on = person.role == Role.DESIGNATED_TEACHER and last and any(p.runs_after(last) for p in person.posts)
        if last is None or runs_on:
            if account is not None and account.leaves_on is not None and not runs_on:
                text = f"The account still closes after {short_date(account.leaves_on)}: a blank cell changes nothing."
                self.problems.warn("LAST_DAY_STAYS", text, advice=BY_HAND, **person.in_use[0].where("to"))
            return
        if last >= self.today:
            person.leaves_on = last
        elif account is None:
            self._forget(person)
        elif refusal := why_not_deactivate(self.actor, account):
            self.hold(person.in_use, "ACCOUNT_STAYS", refusal, "to", BY_HAND)
        else:
            person.closes = True

    def _forget(self, person: Person) -> None:
        """Somebody who has left before getting an account needs none."""
        for row in person.in_use:
            self.fates[id(row)] = "ignored"
            self.problems.note("GONE_ALREADY", "The last day is over: no account was made.", **row.where("to"))
        person.touched_posts = []

    # What would change, in words

    def _tell(self, person: Person) -> None:
        if person.account is None:
            usable = [row for row in person.in_use if self.fates.get(id(row)) != "ignored"]
            person.account_changes = bool(usable)
            if not usable:
                return
            words = f"{person.name}, {ROLE_LABELS[person.role or Role.BOARD_READER]}"
            self._say(person, ACCOUNT_MADE, "", f"{words}, {person.team}" if person.team else words)
            self.difference.added += 1
        else:
            self._tell_account(person, person.account)
        if person.leaves_on and (person.account is None or person.leaves_on != person.account.leaves_on):
            before = short_date(person.account.leaves_on) if person.account else ""
            self._say(person, "last day", before, short_date(person.leaves_on))
            self.difference.changed += person.account is not None
        if person.closes:
            self._say(person, "account", "open", "closed, the last day is over")
            self.difference.removed += 1
        self._tell_posts(person)

    def _tell_account(self, person: Person, account: User) -> None:
        labels = ROLE_LABELS[Role(account.role)], ROLE_LABELS[person.role or Role(account.role)]
        pairs = [("name", account.name, person.name), ("role", *labels), ("team", account.team, person.team)]
        for what, before, after in pairs:
            if before != after:
                self._say(person, what, before, after)
                person.account_changes = True
        self.difference.changed += person.account_changes

    def _tell_posts(self, person: Person) -> None:
        urns = {school.pk: school.urn for school in self.schools.values()}
        for post in person.touched_posts:
            before = _period_words(*post.before) if post.before else ""
            self._say(person, f"school {urns[post.school_id]}", before, _period_words(post.from_on, post.to_on))
            if post.pk is None:
                self.difference.added += 1
            else:
                self.difference.changed += 1

    def _say(self, person: Person, what: str, before: str, after: str) -> None:
        self.difference.tell(Change(subject=person.email, what=what, before=before, after=after))


def _period_words(from_on: date, to_on: date | None) -> str:
    words = f"from {short_date(from_on)}"
    return f"{words} to {short_date(date.fromordinal(to_on.toordinal() - 1))}" if to_on else words


def added_words(people: Iterable[Person]) -> str:
    """ "2 accounts and 3 posts at schools"."""
    people = list(people)
    made = sum(person.account is None and person.account_changes for person in people)
    posts = sum(post.pk is None for person in people for post in person.touched_posts)
    words = [count_of(n, noun) for n, noun in ((made, "account"), (posts, "post at a school,posts at schools")) if n]
    return " and ".join(words)
