"""The invented staff of Westmarch: who logs in, with which role. Data for the loader of users."""

from dataclasses import dataclass
from functools import cache
from random import Random

from virtualschool.demo.names import adult_name
from virtualschool.demo.schools import School, all_schools

COUNCIL_DOMAIN = "westmarch.example"
DEMO_SCHOOL = "Westmarch All Through School"


@dataclass(frozen=True)
class Person:
    """A user of the demo; `role` is a string of core.roles.Role, `school_urn` is set for designated teachers."""

    email: str
    name: str
    role: str
    school_urn: int | None = None


# (first address, second address and on, role, how many)
_COUNCIL = (
    ("vsh", "", "vsh", 1),
    ("adviser", "adviser{}", "adviser", 6),
    ("iro", "iro{}", "iro", 10),
    ("social.worker", "social.worker{}", "social_worker", 30),
    ("data", "data{}", "data_officer", 2),
    ("finance", "", "finance_officer", 1),
    ("board", "", "board_reader", 1),
    ("admin", "", "system_admin", 1),
)


def _schools_with_teachers() -> list[School]:
    """About forty schools whose designated teachers log in: every secondary and the special, and some primaries."""
    chosen = [s for s in all_schools() if s.la == 990 and s.kind in ("secondary", "all-through", "special", "pru")]
    chosen += [s for s in all_schools() if s.la == 990 and s.kind == "primary" and s.close_on is None][:10]
    return [school for school in chosen if school.close_on is None]


def _teacher_email(school: School) -> str:
    return f"teacher@{school.domain}"


def _colleague_email(school: School) -> str:
    return f"colleague@{school.domain}"


def _demo_school() -> School:
    return next(school for school in all_schools() if school.name == DEMO_SCHOOL)


@cache
def all_people() -> tuple[Person, ...]:
    """Every person who has an account in the demo. The same for every seed."""
    rng = Random("westmarch people")  # noqa: S311 - invented data, not a secret
    people: list[Person] = []
    taken: set[str] = set()

    def name() -> str:
        while True:
            _, first, last = adult_name(rng)
            if f"{first} {last}" not in taken:
                taken.add(f"{first} {last}")
                return f"{first} {last}"

    for first, others, role, count in _COUNCIL:
        for i in range(1, count + 1):
            local = first if i == 1 else others.format(i)
            people.append(Person(f"{local}@{COUNCIL_DOMAIN}", name(), role))
    people.extend(
        Person(_teacher_email(school), name(), "designated_teacher", school.urn) for school in _schools_with_teachers()
    )
    people.append(Person(_colleague_email(_demo_school()), name(), "school_colleague"))
    return tuple(people)


def emails_of(role: str) -> tuple[str, ...]:
    """The addresses of all people of a role, the obvious demo login first."""
    return tuple(person.email for person in all_people() if person.role == role)


def demo_logins() -> dict[str, str]:
    """One obvious account per role: role -> address. The teacher is that of the demo's biggest school."""
    logins: dict[str, str] = {}
    for person in all_people():
        logins.setdefault(person.role, person.email)
    logins["designated_teacher"] = _teacher_email(_demo_school())
    return logins
