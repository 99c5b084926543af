"""The first version of the form: sections A to R (practice.md 1.3). Targets, sign-off and quality assurance have
tables of their own; here is what people write about a child.

It is stored with the PEPs that use it; changing this module changes no PEP. The helpers only save typing.
"""

from typing import Any

YES_NO = [["yes", "Yes"], ["no", "No"]]
RAG = [["red", "Behind"], ["amber", "Nearly there"], ["green", "On track"]]
AGE_RELATED = [["above", "Above"], ["on", "On"], ["below", "Below"]]
SCHOOL_AGE = {"phases": ["primary", "secondary"]}
NOT_EARLY = {"phases": ["primary", "secondary", "post_16"]}


def text(key: str, label: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "text", **more}


def long(key: str, label: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "long", **more}


def yes_no(key: str, label: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "yes_no", **more}


def choice(key: str, label: str, choices: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "choice", "choices": choices, **more}


def many(key: str, label: str, choices: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "many", "choices": choices, **more}


def day(key: str, label: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "date", **more}


def number(key: str, label: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "number", **more}


def rows(key: str, label: str, columns: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"key": key, "label": label, "kind": "rows", "columns": columns, **more}


NEEDED = {"required": True}
IDENTITY = {
    "code": "A",
    "title": "Identity and care",
    "by": "social_worker",
    "before_meeting": True,
    "about": "Names, dates, legal status and people come from the roll; add what only you know.",
    "facts": ["identity", "care", "people"],
    "fields": [
        text("pronouns", "Pronouns", hint="As the child wishes"),
        text("first_language", "First language", **NEEDED),
        yes_no("interpreter_needed", "Is an interpreter needed for the meeting?", **NEEDED),
        text(
            "interpreter_language",
            "Language of the interpreter",
            required_if={"field": "interpreter_needed", "is": ["yes"]},
        ),
        text("parental_responsibility", "Who holds parental responsibility?", **NEEDED),
        text("emergency_contact", "Who does the school ring in an emergency?", **NEEDED),
        text("receives_school_information", "Who receives school reports and letters?", **NEEDED),
        text("attends_evenings", "Who goes to parents’ evenings?"),
        text("signs_trips", "Who may sign for school trips?", hint="Delegated authority", **NEEDED),
        yes_no("contact_restricted", "Is there anybody who must not have contact without supervision?", **NEEDED),
        long(
            "contact_restriction",
            "Who, and what the school must do",
            restricted=True,
            hint="Only those who work with the child see this. It is never printed.",
            required_if={"field": "contact_restricted", "is": ["yes"]},
        ),
        long(
            "health",
            "Health or medication that matters at school",
            restricted=True,
            hint="Only what the school needs to know",
        ),
        choice(
            "sdq_state",
            "Strengths and difficulties questionnaire",
            [
                ["scored", "Scored"],
                ["SDQ1", "Not: under 4 or over 16"],
                ["SDQ2", "Not: the carer declined"],
                ["SDQ3", "Not: severity of disability"],
                ["SDQ4", "Not: other reason"],
                ["SDQ5", "Not: the child declined"],
            ],
            when=NOT_EARLY,
            **NEEDED,
        ),
        number("sdq_score", "Score (0 to 40)", when=NOT_EARLY, required_if={"field": "sdq_state", "is": ["scored"]}),
        day(
            "sdq_on", "Date of the questionnaire", when=NOT_EARLY, required_if={"field": "sdq_state", "is": ["scored"]}
        ),
        rows("agencies", "Other agencies involved", [["agency", "Agency"], ["outcome", "What they work towards"]]),
    ],
}
SETTING = {
    "code": "B",
    "title": "School and provision",
    "by": "designated_teacher",
    "before_meeting": True,
    "about": "School, place and history come from the roll and the schools register.",
    "facts": ["school", "school_history"],
    "fields": [
        yes_no("history_right", "Is the school history above right and complete?", law=["S1"], **NEEDED),
        long("history_corrections", "What is wrong or missing", required_if={"field": "history_right", "is": ["no"]}),
        text("key_adult", "Key adult at the school", hint="The person the child goes to", **NEEDED),
        number("hours_offered", "Hours of education offered each week", law=["S2"], **NEEDED),
        long(
            "hours_reason",
            "Why fewer than full-time, and the plan to full-time",
            hint="When under 25 hours (21 before Year 1)",
        ),
        long(
            "arrangements",
            "Present arrangements and provision",
            law=["S2"],
            hint="Timetable, support, provision for particular needs, alternative provision",
            **NEEDED,
        ),
        text("transport", "How the child gets to school"),
        long("enrichment", "Clubs, trips and enrichment at school"),
    ],
}
WHAT_CHILD_SAYS = {
    "code": "C",
    "title": "What the child says",
    "by": "child",
    "before_meeting": True,
    "at_least": 3,
    "about": "In the child’s own words. It is never copied from an earlier PEP.",
    "fields": [
        choice(
            "how_obtained",
            "How were the views given?",
            [
                ["written", "Written by the child"],
                ["teacher", "With a teacher"],
                ["key_person", "With a key person"],
                ["carer", "With the carer"],
                ["drawing", "By drawing"],
                ["symbols", "With symbols"],
                ["recording", "By sound or video"],
                ["advocate", "With an advocate"],
                ["declined", "The child declined"],
                ["observed", "Too young: observed"],
            ],
            **NEEDED,
        ),
        long("going_well", "What is going well?", child_words="What do you like at school?"),
        long("hard", "What is hard?", child_words="What is hard for you?"),
        long("would_help", "What would help?", child_words="What would make it better?"),
        long("trust", "Who do you trust?", child_words="Who helps you when you are sad or cross?"),
        long("next", "What do you want to do next?", child_words="What would you like to be good at?"),
        long("adults_should_know", "What do you want adults to know?", child_words="What should the grown-ups know?"),
        long(
            "interests",
            "What do you like doing outside lessons?",
            law=["S4"],
            child_words="What do you like to play or do?",
            **NEEDED,
        ),
        long(
            "money",
            "What should the money for your learning be used for?",
            when=NOT_EARLY,
            child_words="Is there something that would help you learn?",
        ),
        yes_no("copy_agreed", "Was the child asked who gets a copy of this plan?"),
        yes_no(
            "results_consent",
            "May the school share exam results with the Virtual School?",
            when={"any_of": ["exam_years"]},
        ),
    ],
}
CARER = {
    "code": "D",
    "title": "What the carer says",
    "by": "carer",
    "before_meeting": True,
    "fields": [
        long("home_support", "How does home help with learning?", law=["S5"], **NEEDED),
        long(
            "interests_support",
            "What do you do for interests and free time?",
            law=["S5"],
            hint="Clubs, friends, trips, lifts",
            **NEEDED,
        ),
        text("homework_place", "Where is homework done, and on what device?", when=NOT_EARLY),
        text("reading", "Reading at home"),
        long("worries", "Worries about school"),
        long("training", "Training or help you would like"),
        text("parents_view", "What the parents say, where they were asked"),
    ],
}
PROGRESS = {
    "code": "E",
    "title": "Attainment and progress",
    "by": "designated_teacher",
    "before_meeting": True,
    "about": "Results and the termly collection are shown; say what they mean.",
    "facts": ["term_assessments", "attainment"],
    "fields": [
        yes_no("targets_aspirational", "Are the targets accurate and ambitious?", when=NOT_EARLY, **NEEDED),
        yes_no("on_track", "Is the child on track for the end of the stage?", **NEEDED),
        long(
            "not_on_track",
            "What the school has done, what came of it, and who else is needed",
            required_if={"field": "on_track", "is": ["no"]},
        ),
        long("achievements", "Achievements, in lessons and beyond", law=["S1"], **NEEDED),
    ],
}
ATTENDANCE = {
    "code": "F",
    "title": "Attendance",
    "by": "designated_teacher",
    "before_meeting": True,
    "about": "Figures come from the attendance feed.",
    "facts": ["attendance"],
    "fields": [
        long(
            "attendance_comment",
            "What the figures mean",
            law=["S1"],
            hint="Reasons for absence, patterns, lateness",
            **NEEDED,
        ),
        yes_no("reduced_timetable", "Is there a reduced timetable?", when=SCHOOL_AGE, **NEEDED),
        long("attendance_plan", "What is done about it", hint="Needed where attendance is below 90%"),
    ],
}
BEHAVIOUR = {
    "code": "G",
    "title": "Suspensions and behaviour",
    "by": "designated_teacher",
    "before_meeting": True,
    "about": "Suspensions come from the record.",
    "facts": ["exclusions"],
    "when": NOT_EARLY,
    "fields": [
        yes_no("unofficial", "Was the child ever sent home without a suspension being recorded?", **NEEDED),
        long("conduct", "Conduct, and what helps", law=["S1"], **NEEDED),
        long("way_back", "The way back after a suspension"),
    ],
}
EXAMS = {
    "code": "H",
    "title": "Qualifications and exams",
    "by": "designated_teacher",
    "when": {"any_of": ["exam_years"]},
    "fields": [
        rows(
            "entries",
            "Qualifications",
            [
                ["subject", "Subject"],
                ["level", "Level"],
                ["board", "Board"],
                ["tier", "Tier"],
                ["entered", "Planned or entered"],
                ["predicted", "Predicted"],
                ["mock", "Mock"],
                ["target", "Target"],
            ],
            **NEEDED,
        ),
        long("access", "Access arrangements"),
        long("careers", "Careers advice so far and next"),
    ],
}
SEND = {
    "code": "I",
    "title": "Special educational needs",
    "by": "designated_teacher",
    "before_meeting": True,
    "facts": ["send"],
    "fields": [
        choice(
            "send",
            "Support",
            [
                ["none", "None"],
                ["support", "SEN support"],
                ["requested", "Assessment asked for"],
                ["ehcp", "EHCP"],
            ],
            law=["S1", "S2"],
            **NEEDED,
        ),
        long("needs", "Needs and provision", required_if={"field": "send", "is": ["support", "requested", "ehcp"]}),
        day("annual_review", "Next annual review", when={"any_of": ["ehcp"]}, **NEEDED),
        yes_no("combine", "Can the annual review and the PEP meeting be held together?", when={"any_of": ["ehcp"]}),
        long(
            "portable", "Would the provision follow if the child moved suddenly?", when={"any_of": ["ehcp"]}, **NEEDED
        ),
    ],
}
FUNDING = {
    "code": "K",
    "title": "Money",
    "by": "designated_teacher",
    "about": "Pupil premium plus or other money goes to targets: give the cost at the target itself.",
    "fields": [
        long("money_used", "What money since the last PEP was used for, and what came of it", **NEEDED),
        yes_no("asks_money", "Does this PEP ask for money?", **NEEDED),
        yes_no(
            "not_general",
            "Is it for this child and not for what every pupil has?",
            required_if={"field": "asks_money", "is": ["yes"]},
        ),
    ],
}
INTERVENTIONS = {
    "code": "L",
    "title": "Interventions",
    "by": "designated_teacher",
    "fields": [
        rows(
            "interventions",
            "What is done beyond lessons",
            [
                ["name", "Intervention"],
                ["who", "By whom"],
                ["often", "How often"],
                ["from", "From"],
                ["to", "To"],
                ["cost", "Cost"],
                ["effect", "What came of it"],
            ],
            law=["S2"],
            **NEEDED,
        ),
    ],
}
STABILITY = {
    "code": "M",
    "title": "Changes of school",
    "by": "designated_teacher",
    "facts": ["moves"],
    "fields": [
        yes_no("change_planned", "Is a change of school or placement planned?", law=["S3"], **NEEDED),
        long(
            "change",
            "What, when, why, and what keeps disruption small",
            required_if={"field": "change_planned", "is": ["yes"]},
        ),
        text("consulted", "Who was asked", required_if={"field": "change_planned", "is": ["yes"]}),
    ],
}
TRANSITIONS = {
    "code": "N",
    "title": "Transition",
    "by": "designated_teacher",
    "when": {"any_of": ["transition_due"]},
    "about": "A move to another key stage, school or college is ahead.",
    "fields": [
        text("next_setting", "Where to", **NEEDED),
        long("transition_plan", "Visits, key adult, information passed on", law=["S3"], **NEEDED),
        day("transition_on", "First day there"),
    ],
}
EARLY_YEARS = {
    "code": "O",
    "title": "Early years",
    "by": "designated_teacher",
    "when": {"phases": ["early_years"]},
    "fields": [
        text("key_person", "Key person", **NEEDED),
        number("funded_hours", "Funded hours taken each week", **NEEDED),
        long("two_year_check", "Two-year progress check"),
        long("early_premium", "Early years pupil premium and its use"),
        long("admission_plan", "Plan for starting school", **NEEDED),
    ],
}
POST_16 = {
    "code": "P",
    "title": "After 16",
    "by": "designated_teacher",
    "when": {"phases": ["post_16"]},
    "fields": [
        choice(
            "eet",
            "Education, employment or training",
            [
                ["education", "In education"],
                ["training", "In training"],
                ["employment", "In work with training"],
                ["neet", "In none of them"],
            ],
            **NEEDED,
        ),
        text("course", "Course, level and provider", required_if={"field": "eet", "is": ["education", "training"]}),
        long(
            "neet_plan", "What is done to find a place, by whom, by when", required_if={"field": "eet", "is": ["neet"]}
        ),
        long("careers_guidance", "Careers guidance received and next", **NEEDED),
        rows("applications", "Applications", [["where", "Where"], ["course", "Course"], ["state", "How it stands"]]),
        choice(
            "bursary",
            "16 to 19 bursary",
            [["awarded", "Awarded"], ["applied", "Applied for"], ["not", "Not applied for"]],
        ),
        yes_no("higher_education", "Interested in higher education?"),
        text("personal_adviser", "Personal adviser and pathway plan"),
    ],
}
ACTIONS = {
    "code": "Q",
    "title": "Actions agreed",
    "by": "designated_teacher",
    "fields": [
        rows("actions", "Actions", [["action", "Action"], ["owner", "Who"], ["due", "By when"]], **NEEDED),
        text("distribution", "Who gets a copy", **NEEDED),
    ],
}

DEFINITION: dict[str, Any] = {
    "sections": [
        IDENTITY,
        SETTING,
        WHAT_CHILD_SAYS,
        CARER,
        PROGRESS,
        ATTENDANCE,
        BEHAVIOUR,
        EXAMS,
        SEND,
        FUNDING,
        INTERVENTIONS,
        STABILITY,
        TRANSITIONS,
        EARLY_YEARS,
        POST_16,
        ACTIONS,
    ],
}
