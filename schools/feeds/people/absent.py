"""Who is not in a file that says it names everybody: listed, and closed only when the confirming person ticks it."""

from collections import Counter
from collections.abc import Sequence

from core.feeds.base import YES, Change, Consent, Difference, FeedContext, Problems
from core.feeds.columns import Row
from core.models import User
from core.permissions import why_not_deactivate
from core.roles import ROLE_LABELS, Role
from core.wording import count_of, short_date
from schools.feeds.people.plan import Person
from schools.feeds.people.posts import Post
from schools.models import School

EVERYBODY, CLOSE_ABSENT = "everybody", "close_absent"
CODES = ("ABSENT_STAFF", "ABSENT_POST")


def plan_absent(
    people: Sequence[Person], rows: Sequence[Row], difference: Difference, problems: Problems, context: FeedContext
) -> list[User]:
    """The accounts to close; posts to end are put with their people. Empty unless the person confirming ticked it."""
    if context.options.get(EVERYBODY) != YES:
        return []
    if any(row["email"] is None for row in rows):
        problems.warn(
            "ABSENT_UNKNOWN",
            "Rows without a readable email address may be of anybody, so nobody was taken to be absent.",
            advice="Mend those rows and send the file again.",
        )
        return []
    absent = _absent_accounts(people, difference, context)
    for user in absent:
        seen = f"last signed in {short_date(user.last_login)}" if user.last_login else "never signed in"
        text = f"{user.name} ({user.email}), {user.role_label}, {seen}, is not in the file"
        problems.note("ABSENT_STAFF", text, value=user.email)
    posts = _absent_posts(people, problems, context)
    if not absent and not posts:
        return []
    if context.options.get(CLOSE_ABSENT) != YES:
        difference.consents.append(_consent(len(absent), len(posts)))
        return []
    for user in absent:
        difference.tell(Change(subject=user.email, what="account", before="open", after="closed, not in the file"))
    for person, post, urn in posts:
        person.ended_posts.append(post)
        difference.tell(
            Change(subject=person.email, what=f"school {urn}", before="open", after="ended, not in the file")
        )
    difference.removed += len(absent) + len(posts)
    return absent


def _consent(accounts: int, posts: int) -> Consent:
    what = [f"close the {count_of(accounts, 'account')}"] if accounts else []
    what += [f"end the {count_of(posts, 'post at a school,posts at schools')}"] if posts else []
    label = " and ".join(what)
    return Consent(
        option=CLOSE_ABSENT,
        label=f"{label[:1].upper()}{label[1:]} not in the file",
        hint="People are signed out at once; what they recorded stays, and an account can be opened again.",
        codes=CODES,
    )


def _absent_accounts(people: Sequence[Person], difference: Difference, context: FeedContext) -> list[User]:
    """Open accounts of the roles that the file covers. Of all others it says that they stay."""
    named = {person.email for person in people}
    covered = {person.role for person in people} - {None, Role.SYSTEM_ADMIN, Role.SCHOOL_COLLEAGUE}
    others = [u for u in User.objects.filter(is_active=True).order_by("name", "pk") if u.email.lower() not in named]
    absent = [u for u in others if u.role in covered and not why_not_deactivate(context.actor, u)]
    staying = Counter(u.role for u in others if u not in absent)
    for role in (role for role in Role if role in staying):
        number = count_of(staying[role], "account stays,accounts stay")
        why = {
            Role.SYSTEM_ADMIN: "administrators are closed by hand",
            Role.SCHOOL_COLLEAGUE: "their designated teacher ends the delegation",
        }.get(role, "the file has nobody with this role")
        difference.summary.append(f"{ROLE_LABELS[role]}: {number}, for {why}.")
    return absent


def _absent_posts(people: Sequence[Person], problems: Problems, context: FeedContext) -> list[tuple[Person, Post, str]]:
    """Posts that go on at schools of which the file says nothing, of teachers whom it names."""
    found = []
    for person in people:
        if person.account is None or person.role != Role.DESIGNATED_TEACHER or any(row.held for row in person.rows):
            continue
        mentioned = {row["school_urn"] for row in person.rows}
        running = [p for p in person.posts if p.pk is not None and (p.to_on is None or p.to_on > context.today)]
        found += [(person, post, mentioned) for post in running]
    schools = School.objects.in_bulk({post.school_id for _, post, _ in found})
    told = []
    for person, post, mentioned in found:
        school = schools[post.school_id]
        if school.urn not in mentioned and not any(post is touched for touched in person.touched_posts):
            text = f"{person.name} ({person.email}): the post at {school.name} ({school.urn}) is not in the file"
            problems.note("ABSENT_POST", text, value=person.email)
            told.append((person, post, school.urn))
    return told
