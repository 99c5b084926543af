"""What the people of the demo county write in PEPs: sentences of our own, by age band and by what a child likes.

Each theme is one coherent child: an interest, a strength, something hard, what helps, and a target that follows.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Theme:
    """What a plan turns around; `hard_target` is (outcome, measure, from, to, what is done)."""

    interest: str
    good: str
    hard: str
    helps: str
    hard_target: tuple[str, str, str, str, str]


THEMES: dict[str, tuple[Theme, ...]] = {
    "early_years": (
        Theme(
            interest="the water tray and anything with wheels",
            good="Builds long roads with the big blocks and tells everybody where they go",
            hard="Saying goodbye in the morning; loud rooms",
            helps="The same person at the door, and the picture cards of the day",
            hard_target=(
                "To hang up the own coat and choose a first activity without holding a hand",
                "mornings of a week without tears", "1", "4", "Photo card routine at the door",
            ),
        ),
        Theme(
            interest="songs, drums and the garden",
            good="Knows every song of the week and claps the beat",
            hard="Waiting for a turn; new words",
            helps="Two-person games with an egg timer",
            hard_target=(
                "To use three-word sentences when asking for something",
                "three-word sentences heard in a session", "2", "8", "Small-group talk with toys",
            ),
        ),
    ),
    "primary": (
        Theme(
            interest="football and drawing superheroes",
            good="I got picked for the year team and my story was on the wall",
            hard="Reading out loud. The words go too fast and then I mess about",
            helps="If I read with Mrs Hall first, and not in front of everybody",
            hard_target=(
                "To read 70 words a minute from a book of the own choice",
                "words read correctly in a minute", "48", "70", "Paired reading with a chosen book",
            ),
        ),
        Theme(
            interest="baking with my carer and swimming",
            good="Maths is my best. I am on the eights",
            hard="Break time, when my friends play with other people",
            helps="Having a job to do at break, like the library",
            hard_target=(
                "To join a game at break and stay in it for ten minutes",
                "breaks of a week played to the end", "1", "4", "Playground buddy and a choice of two games",
            ),
        ),
        Theme(
            interest="animals, mostly dogs and lizards",
            good="I like science and I know the most about reptiles in the class",
            hard="Writing. My hand hurts and I run out of ideas",
            helps="Typing it, and saying it first",
            hard_target=(
                "To write a paragraph of five sentences that makes sense to a reader",
                "sentences of the weekly piece that are complete", "2", "5", "Talk, plan, type: a frame for writing",
            ),
        ),
    ),
    "secondary": (
        Theme(
            interest="boxing and music production",
            good="Design and technology, and I have not had a detention since September",
            hard="Maths. I missed most of Year 7 and nobody went back over it",
            helps="Somebody going through fractions and equations with me, without the whole class",
            hard_target=(
                "To score 60% or more in the paper on fractions and equations",
                "per cent in the topic paper", "34", "60", "One-to-one tuition in the gaps of Year 7",
            ),
        ),
        Theme(
            interest="art, manga and cats",
            good="Art and English. I have a friend in every lesson now",
            hard="Coming in on Mondays after contact at the weekend",
            helps="Starting Mondays in the hub with Miss Okafor and going in for period 2",
            hard_target=(
                "To be in lessons from period 2 on every Monday",
                "Mondays with all lessons from period 2", "2", "6", "Check-in in the hub before period 1",
            ),
        ),
        Theme(
            interest="athletics and looking after my little brother",
            good="I ran for the county, and science makes sense",
            hard="I lose my temper when people talk about my family",
            helps="A card so that I can leave before I blow up",
            hard_target=(
                "To leave by card before a quarrel starts and be back in ten minutes",
                "returns within ten minutes of ten exits", "4", "8", "Exit card with a named place to go",
            ),
        ),
        Theme(
            interest="coding, chess and trains",
            good="Computing. I made a timetable app for the school",
            hard="Group work and the canteen",
            helps="Knowing the groups the day before, lunch in the library",
            hard_target=(
                "To take a named part in a group of three and present it",
                "group tasks of a half-term finished with the own part", "0", "3", "Roles given out the day before",
            ),
        ),
    ),
    "post_16": (
        Theme(
            interest="cars, and the gym before college",
            good="The workshop days. I was given a set of tools for good work",
            hard="English resit. I have sat it twice",
            helps="Past papers with somebody who marks them with me",
            hard_target=(
                "To reach a grade 4 in a full English language paper under exam time",
                "marks in a past paper", "52", "78", "Weekly past paper with feedback",
            ),
        ),
        Theme(
            interest="hair and make-up, and saving for a flat",
            good="I like my placement and they have asked me to come back on Saturdays",
            hard="Money and getting up when I had a late shift",
            helps="A timetable I can keep, and help with the bursary form",
            hard_target=(
                "To attend nine of ten college sessions in each fortnight",
                "sessions attended of ten", "6", "9", "Shared timetable and a call from the tutor at 8",
            ),
        ),
    ),
}  # fmt: skip

WORRIES = (
    "None at present; we talk on Sundays about the week.",
    "Homework that comes without a date. An email on Fridays would help us.",
    "Friendship trouble that starts online in the evening.",
    "The move next year: we would like to visit early and more than once.",
)
HOME = (
    "We read together each evening and the kitchen table is free from five to six.",
    "There is a desk and a laptop in the room; we check the homework app together on Sundays.",
    "We ask about one good thing of the day at tea, and practise spellings in the car.",
    "Quiet time before tea, and I sit nearby so that starting is not so hard.",
)
INTEREST_HELP = (
    "Lifts to training on Tuesdays, and we watch the matches.",
    "The library every other Saturday, and a club on Wednesdays.",
    "Swimming on Fridays with the other children of the house.",
    "We have paid for the class from the allowance, and go to the shows.",
)
CONDUCT = (
    "Settled. Points for kindness in most weeks; a short walk helps after a hard call from home.",
    "Two quarrels this term, both talked through the same day. The key adult sees to Mondays.",
    "Polite and quiet; needs to be asked before saying that something is wrong.",
)
ATTENDANCE_WORDS = (
    "Absences were illness and one dental appointment; lateness is down since the taxi comes earlier.",
    "Good on most days. The missed sessions lie around contact, which now ends by four.",
    "The pattern is Monday mornings; a start in the hub has helped since half-term.",
)
ACHIEVEMENTS = (
    "A certificate for effort in three subjects, and a part in the harvest assembly.",
    "Picked for the school council; finished the first unit of the swimming award.",
    "Best piece of the month in the department, and ten weeks without a late mark.",
)
NEXT_STEP = {
    "early_years": "Likes to help in the kitchen corner; wants to be “a driver”.",
    "primary": "I want to be in the top group and go on the residential.",
    "secondary": "College for something practical, and a Saturday job.",
    "post_16": "Finish the course, then an apprenticeship near my flat.",
}
ADULTS_KNOW = (
    "Do not tell the whole class that I have a meeting.",
    "I am not being rude when I do not answer. I need a minute.",
    "I like it when you say well done quietly.",
    "Please tell me before plans change, not after.",
)
TRUST = ("My carer and my form tutor.", "My key adult. And my sister.", "My social worker, and the lady in the office.")
RETURN_REASONS = {
    "C": "This says what adults think. Ask again, with somebody the child chooses, and write it in their own words.",
    "J": "Two targets have no measure that could be checked by the next meeting: say from what to what.",
    "E": "There are grades and no word on what was done where progress is slow.",
    "L": "Say when, how often and with whom: “support in class” is what everybody has.",
    "I": "The plan names an EHCP; its provision and the next annual review are missing.",
}
GREEN_WORDS = (
    "Strong on voice: one can hear the child, and a target follows from it. Thank you.",
    "Targets that can be checked, each with a name. A plan that I will show to others.",
)
AMBER_WORDS = (
    "Good record of the meeting. Next time say of each intervention when and how often.",
    "The voice is there; next time show what it changed.",
    "Progress is clear in English, thin in maths: add the last assessment next time.",
)
REVIEW_WORDS = {
    "achieved": "Checked by the subject teacher in the last week; the measure was reached.",
    "partly": "More than half of the way. A smaller step follows.",
    "not_achieved": "Began late, since the tutor was ill for four weeks. Starts again in smaller steps.",
    "not_relevant": "The child changed course, so this no longer applies.",
}
MONEY_USED = (
    "Ten hours of tuition and a bus pass to the club; the reading age rose by seven months.",
    "A laptop and headphones; coursework is now handed in on time.",
    "A place at the holiday school; came back with two new friends and a certificate.",
)
NOT_ON_TRACK = (
    "Small-group tuition since September; the gap in mathematics is halved. The educational psychologist is asked to "
    "look at memory."
)
