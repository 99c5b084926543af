"""docs/pep-form.md is what the command prints, and the law's items are in every version that ever was in force."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from peps.models import FormVersion
from peps.rules.form_changes import untraced

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "pep-form.md"


def test_the_document_is_what_the_command_prints():
    out = StringIO()
    call_command("pep_form", "--markdown", stdout=out)
    carried = DOCUMENT.read_text().partition("<!-- manage.py pep_form --markdown -->\n")[2].partition("<!-- end -->")[0]
    assert carried == out.getvalue(), "docs/pep-form.md: put in what `manage.py pep_form --markdown` prints"


def test_each_item_of_the_law_has_a_required_question_in_every_variant_of_every_version():
    used = FormVersion.objects.filter(state__in=[FormVersion.State.IN_FORCE, FormVersion.State.RETIRED])
    assert {version.number: untraced(version.form) for version in used} == {1: []}
