from django.db import migrations

# The themes of a county's pledge to its children in care, in our own words. A council edits them to its own pledge.
# code, theme, text, from age, to age, months in care
FIRST = [
    ("A1", "Somewhere to belong", "I live in a place where I am safe", 0, None, 0),
    ("A2", "Somewhere to belong", "I see my family and friends, or am told honestly why that cannot be", 0, None, 0),
    ("A3", "Somewhere to belong", "People ask what I like and need, and act on it", 0, None, 0),
    ("A4", "Somewhere to belong", "I have a say in the plans for my future", 4, None, 0),
    ("A5", "Somewhere to belong", "I have, or will have in time, a passport and a National Insurance number", 15, None, 0),
    ("B1", "Someone who stays", "I know who my social worker, reviewing officer and nurse are and how to reach them", 0, None, 0),
    ("B2", "Someone who stays", "One adult has stayed with me all the while", 0, None, 0),
    ("C1", "Learning", "I have a place at a good nursery, school or college", 2, None, 0),
    ("C2", "Learning", "School and council work together so that I catch up and do my best", 4, 16, 0),
    ("C3", "Learning", "I have a laptop of my own", 11, None, 6),
    ("C4", "Learning", "When I do well, somebody notices and says so", 0, None, 0),
    ("D1", "Good times", "I am helped to do what I enjoy", 0, None, 0),
    ("D2", "Good times", "Pictures and stories of my people and places are kept for me", 0, None, 0),
    ("E1", "Growing up", "I take part in the big decisions about my life", 14, None, 0),
    ("E2", "Growing up", "I am helped with what I need for myself: health, clothes, getting about", 0, None, 0),
    ("E3", "Growing up", "I know where I will live and who will advise me when I leave care", 16, None, 0),
    ("E4", "Growing up", "If adult services will support me, the move to them is planned", 14, None, 0),
    ("F1", "Being heard", "I am asked to take part in the Children in Care Council", 7, None, 0),
    ("F2", "Being heard", "I know how to complain and how to get an advocate", 4, None, 0),
]  # fmt: skip


def add_first(apps, schema_editor):
    commitment = apps.get_model("pledge", "Commitment")
    known = set(commitment.objects.values_list("code", flat=True))
    for code, theme, text, from_age, to_age, months in FIRST:
        if code not in known:
            commitment.objects.create(
                code=code, theme=theme, text=text, from_age=from_age, to_age=to_age, months_in_care=months
            )


class Migration(migrations.Migration):
    dependencies = [("pledge", "0001_initial")]

    operations = [migrations.RunPython(add_first, migrations.RunPython.noop, elidable=False)]
