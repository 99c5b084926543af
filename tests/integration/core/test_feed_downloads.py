"""Lists of a delivery as files: what goes back to the sender names nobody whom the file does not name."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from core.feeds import services
from core.models import FeedRun, User
from core.roles import Role
from tests.integration.core.feed_files import UPNS, delivery, sources

TODAY = date(2026, 11, 20)
OTHERS = ("W2", "W3", UPNS["W2"], UPNS["W3"])
FILES = {
    "roll": f"child_id,upn,surname,forename,dob,school_urn,place_from\nW1,{UPNS['W3']},Ashdown,Robin,,99,2024-09-01\n"
    "W8,,Calder,Jo,2012-06-05,990001,2024-09-01\n",
    "ssda903": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    "W1,01/09/2024,S,C2,N1,U1,PR1,,,,WM1 1AA,WM1 1AB,SC990001\nW1,not a day,S,C2,N1,U1,PR1,,,,,,\n",
    "b2b": f"UPN,Child ID,LAESTAB,Date,Session,Mark\n{UPNS['W1']},W1,9904001,2025-11-05,AM,/\n"
    f"{UPNS['W1']},W1,9904001,2025-11-05,noon,/\n",
    "welfare-call": "Child ID,Surname,Forename,DOB,Date,AM,PM\nW1,Ashdown,Robin,01/02/2010,03/11/2025,/,\\\n"
    "W7,Birchall,Kit,03/04/2011,03/11/2025,/,\\\n",
}


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_OFFICER)


def checked(kind: str, text: str, folder: Path, actor: User) -> FeedRun:
    run = services.receive(kind=kind, sources=sources({f"{kind}.csv": text}, folder / "in"), actor=actor)
    return services.check_run(run_id=run.pk, today=TODAY)


def download(client: Client, name: str, run: FeedRun) -> str:
    answer = client.get(reverse(f"feeds:{name}", args=[run.pk]))
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8-sig")


@pytest.mark.parametrize("kind", FILES)
def test_the_list_for_the_sender_names_no_child_whom_the_file_does_not_name(
    db, officer: User, client: Client, tmp_path: Path, kind: str
) -> None:
    for earlier in ("gias", "ssda903", "roll"):
        services.apply_sources(kind=earlier, sources=delivery(earlier, tmp_path), actor=officer, today=TODAY)
    run = checked(kind, FILES[kind], tmp_path, officer)
    client.force_login(officer)
    text = download(client, "problems", run)
    lines = list(csv.DictReader(io.StringIO(text)))
    assert any(line["Severity"] == "error" and line["Row"] for line in lines)
    own = FILES[kind]
    for other in OTHERS:
        assert other in own or other not in text
    everything = {(p.code, p.row) for p in run.problems.all()}
    inside = {(line["Code"], int(line["Row"]) if line["Row"] else None)
              for line in csv.DictReader(io.StringIO(download(client, "internal", run)))}  # fmt: skip
    sent = {(line["Code"], int(line["Row"]) if line["Row"] else None) for line in lines}
    assert sent | inside == everything


def test_children_whom_the_file_does_not_name_are_listed_inside_only(
    db, officer: User, client: Client, tmp_path: Path
) -> None:
    for earlier in ("gias", "ssda903", "roll"):
        services.apply_sources(kind=earlier, sources=delivery(earlier, tmp_path), actor=officer, today=TODAY)
    run = checked("roll", FILES["roll"], tmp_path, officer)
    client.force_login(officer)
    listed = [line["Value read"] for line in csv.DictReader(io.StringIO(download(client, "internal", run)))]
    assert "W2" in listed
    page = client.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert "For the Virtual School only" in page
    assert (
        "Child W2 is looked after now, but this file does not name the child."
        not in " ".join(page.split()).split('id="list"')[1]
    )
