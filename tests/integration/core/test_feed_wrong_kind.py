"""A file sent as the wrong kind is told so in one sentence; a misspelt heading is named."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.feeds import services
from core.feeds.registry import all_kinds, get_kind
from core.models import FeedRun
from core.roles import Role
from tests.integration.core.feed_files import KINDS, delivery, sources

pytestmark = pytest.mark.django_db


def refused(kind: str, files, actor) -> FeedRun:
    run = services.receive(kind=kind, sources=files, actor=actor)
    return services.check_run(run_id=run.pk, today=timezone.localdate())


@pytest.mark.parametrize("sent", KINDS)
def test_each_kind_is_known_by_its_headings(make_user, client: Client, tmp_path: Path, sent: str) -> None:
    officer = make_user(Role.DATA_OFFICER)
    chosen = "gias" if sent != "gias" else "results"
    run = refused(chosen, delivery(sent, tmp_path), officer)
    assert run.status == FeedRun.Status.REFUSED
    told = run.problems.filter(code="OTHER_KIND")
    assert told
    assert all(get_kind(sent).title in problem.message for problem in told)
    client.force_login(officer)
    page = client.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert "Headings read" not in page
    assert "looks like" in page


def test_a_misspelt_heading_is_named_and_the_headings_are_read_out_once(
    make_user, client: Client, tmp_path: Path
) -> None:
    officer = make_user(Role.DATA_OFFICER)
    text = "child_id,assesment_year,stag,subject,qualification,grade\nW1,2021,KS2,English,KS2 test,4b\n"
    run = refused("results", sources({"results.csv": text}, tmp_path), officer)
    assert not run.problems.filter(code="OTHER_KIND").exists()
    assert run.problems.filter(code="MISSING_COLUMN").count() == 2
    client.force_login(officer)
    page = client.get(reverse("feeds:run", args=[run.pk])).content.decode()
    assert page.count("Headings read") == 1
    assert "2 columns are missing: assessment_year, stage." in page
    assert "called “assesment_year”" in page


def test_every_kind_tells_its_headings() -> None:
    for kind in all_kinds():
        assert kind.layouts(), kind.kind
        assert all(layout for layout in kind.layouts())
