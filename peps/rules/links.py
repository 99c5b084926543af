"""One-time links: how long they hold, what they ask, and the words for a child of each age (practice.md 1.3 C, 1.5).

Plain Python. The form's own definition may give words for an age (`words`); else the words here hold for the questions
of the first version, as long as their label is the one they were written for.
"""

from collections.abc import Mapping
from enum import StrEnum

from peps.rules.form import Field, Phase, Section
from peps.rules.workflow import Contributor

LINK_DAYS: Mapping[Contributor, int] = {Contributor.CHILD: 7, Contributor.CARER: 14}

NOT_ASKED = frozenset({"how_obtained", "copy_agreed", "parents_view"})
"""What an adult says about how the section came about; a link does not ask it."""

WRITTEN_BY_CHILD = ("how_obtained", "written")
"""What is true once a child has finished by link, where nobody had said anything else."""


class Band(StrEnum):
    """How old the child is who reads a question."""

    EYFS = "eyfs"
    KS1 = "ks1"
    KS2 = "ks2"
    KS3_4 = "ks3_4"
    POST_16 = "post_16"


BAND_LABELS: Mapping[Band, str] = {
    Band.EYFS: "Nursery and Reception",
    Band.KS1: "Years 1 and 2",
    Band.KS2: "Years 3 to 6",
    Band.KS3_4: "Years 7 to 11",
    Band.POST_16: "Years 12 and 13",
}

_BY_PHASE: Mapping[Phase, Band] = {
    Phase.EARLY_YEARS: Band.EYFS,
    Phase.PRIMARY: Band.KS2,
    Phase.SECONDARY: Band.KS3_4,
    Phase.POST_16: Band.POST_16,
}


def band_of(nc_year: int | None, phase: Phase) -> Band:
    """The band of a year group (-1 Nursery, 0 Reception); where it is not known, what the phase of the PEP says."""
    if nc_year is None:
        return _BY_PHASE[phase]
    if nc_year <= 0:
        return Band.EYFS
    if nc_year <= 2:
        return Band.KS1
    if nc_year <= 6:
        return Band.KS2
    return Band.KS3_4 if nc_year <= 11 else Band.POST_16


def _for_all(eyfs: str, ks1: str, ks2: str, ks3_4: str, post_16: str) -> Mapping[Band, str]:
    return dict(zip(Band, (eyfs, ks1, ks2, ks3_4, post_16), strict=True))


WORDS: Mapping[str, Mapping[Band, str]] = {
    "What is going well?": _for_all(
        "What do you like at nursery or school?",
        "What do you like at school?",
        "What goes well for you at school?",
        "What is going well at school?",
        "What is going well where you study or train?",
    ),
    "What is hard?": _for_all(
        "What makes you sad or cross there?",
        "What is hard for you?",
        "What is hard for you at school?",
        "What do you find hard?",
        "What do you find hard, there or with money, travel or where you live?",
    ),
    "What would help?": _for_all(
        "What would make it nicer?",
        "What would make it better?",
        "What would help you?",
        "What would help?",
        "What would help you most?",
    ),
    "Who do you trust?": _for_all(
        "Who do you go to for a hug or help?",
        "Who helps you when you are sad?",
        "Who can you talk to at school?",
        "Who do you trust to talk to?",
        "Who do you trust to talk to?",
    ),
    "What do you want to do next?": _for_all(
        "What do you want to learn?",
        "What would you like to get good at?",
        "What would you like to get better at, or try?",
        "What do you want to do next, this year and after school?",
        "What do you want to do next: course, work, training?",
    ),
    "What do you want adults to know?": _for_all(
        "What should the grown-ups know?",
        "What should the grown-ups know?",
        "What do you want the adults to know about you?",
        "What do you want the adults who help you to know?",
        "What do you want the people who work with you to know?",
    ),
    "What do you like doing outside lessons?": _for_all(
        "What do you like to play?",
        "What do you like to play or do?",
        "What do you like doing after school and at weekends?",
        "What do you do in your free time, or would you like to try?",
        "What do you do in your free time, or would you like to try?",
    ),
    "What should the money for your learning be used for?": _for_all(
        "Is there something that would help you learn?",
        "Is there something that would help you learn?",
        "School gets some money for your learning. What should it be used for?",
        "There is money for your learning each year. What should it be used for?",
        "There may be money for your learning. What would you use it for?",
    ),
    "May the school share exam results with the Virtual School?": _for_all(
        "May your school tell us your results?",
        "May your school tell us your results?",
        "May your school tell us your results?",
        "May your school tell the Virtual School your exam results?",
        "May your college or school tell the Virtual School your exam results?",
    ),
}
"""{label of the question in the form: words for each age}."""

CHILD_INTRO: Mapping[Band, str] = _for_all(
    "A grown-up reads this with you and writes down what you say.",
    "This is about you and your school. A grown-up can help you read and write.",
    "This is about you and school. Your words go into a plan that helps you learn. You can ask a grown-up to help.",
    "This is your part of your education plan. The adults who plan your learning with you read what you write here.",
    "This is your part of your education plan. The people who plan it with you read what you write here.",
)
CARER_INTRO = (
    "This is your part of the education plan. The school, the social worker and the Virtual School read what you "
    "write here."
)


def wording(field: Field, band: Band) -> str:
    """The question in words for the age: of the form's version, else ours, else its words for young children."""
    own = dict(field.words).get(band.value)
    if own:
        return own
    if field.label in WORDS:
        return WORDS[field.label][band]
    young = band in {Band.EYFS, Band.KS1, Band.KS2}
    return field.child_words if young and field.child_words else field.label


def asked_by_link(section: Section) -> Section:
    """The section with what a link asks: no question to adults, and none that only some adults may read."""
    fields = tuple(f for f in section.fields if f.key not in NOT_ASKED and not f.restricted)
    return Section(code=section.code, title=section.title, by=section.by, fields=fields)
