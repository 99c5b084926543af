"""Definitions from outside, edits, what is new, and the items of the law in every variant."""

import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peps.form.version_1 import DEFINITION
from peps.rules.form import STATUTORY_ITEMS, Circumstance, Field, FormFaulty, Kind, Phase, read_form
from peps.rules.form_changes import (
    checked_form,
    differences,
    required_for,
    untraced,
    variants,
    with_new_question,
    with_question,
    without_question,
)
from peps.rules.links import NOT_ASKED, WORDS, Band, asked_by_link, band_of, wording
from peps.rules.workflow import Contributor

FACTS = [name for section in DEFINITION["sections"] for name in section.get("facts", ())]
FORM = read_form(DEFINITION)


def spoilt(change):
    document = copy.deepcopy(DEFINITION)
    change(document)
    return document


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "must be an object with a list named “sections”"),
        ({"sections": [], "by": "me"}, "not by"),
        ({"sections": [{"code": "A"}]}, "Section number 1"),
        ({"sections": [{"fields": ["x"]}]}, "each of its fields must be an object"),
        (spoilt(lambda d: d["sections"][0].update(by="headteacher")), "Section A: 'headteacher'"),
        (spoilt(lambda d: d["sections"][0].update(code="J")), "not J, R, S or T"),
        (spoilt(lambda d: d["sections"][0].update(facts=["postcode"])), "no facts named postcode"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(key="Key 1")), "a key is small letters"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(label=" ")), "the label must have"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(kind="essay")), "Section A: 'essay'"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(law=["S9"])), "S9, which the law does not have"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(words={"adult": "x"})), "no age named adult"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(words=["x"])), "cannot be read"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(hint=4)), "4 stands where a text must"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(hint="\0")), "stands where a text must"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(required="yes")), "'yes' stands where true or false"),
        (spoilt(lambda d: d["sections"][0].update(at_least="3")), "“at_least” must be a number"),
        (spoilt(lambda d: d["sections"][0]["fields"][0].update(choices=4)), "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told(document, says):
    with pytest.raises(FormFaulty, match=says):
        checked_form(document, facts=FACTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sections", "fields", "code", "key", "kind", "by", "when", "label"]), inner)
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_document_breaks_the_reading(document):
    """Any JSON is a form or a FormFaulty."""
    with suppress(FormFaulty):
        checked_form(document, facts=FACTS)


def test_the_first_version_is_good_and_its_own_equal():
    assert checked_form(DEFINITION, facts=FACTS) == FORM
    assert differences(FORM, FORM) == []


def test_what_is_new_is_computed():
    made = with_question(DEFINITION, "C", "hard", {"label": "What is hard for you?", "required": True, "hint": ""})
    made = with_new_question(made, "C", {"label": "What is hard?", "kind": "long", "hint": ""})
    made = without_question(made, "D", "reading")
    made["sections"] = [s for s in made["sections"] if s["code"] != "Q"]
    found = {(d.kind, d.section, d.label, d.words) for d in differences(FORM, read_form(made))}
    assert found == {
        ("Changed", "C", "What is hard for you?", "Label, before: “What is hard?”; now required"),
        ("Added", "C", "What is hard?", "Several lines of text"),
        ("Removed", "D", "Reading at home", ""),
        ("Removed", "Q", "Actions agreed", "The whole section"),
    }
    assert read_form(made).section("C").field("what_is_hard").kind is Kind.LONG
    assert "what_is_hard" not in str(DEFINITION), "the old document stays as it was"


def test_a_question_on_which_another_depends_stays():
    with pytest.raises(FormFaulty, match="depends on this question"):
        without_question(DEFINITION, "A", "interpreter_needed")


def test_every_item_of_the_law_is_asked_in_every_variant():
    assert untraced(FORM) == []
    for item in STATUTORY_ITEMS:
        for name, phase, circumstances in variants():
            assert required_for(FORM, item, phase, circumstances), (item, name)


def test_an_item_without_a_required_question_is_told():
    made = with_question(DEFINITION, "C", "interests", {"required": False})
    assert untraced(read_form(made))[0].startswith("S4 has no required question in the variant “Early years”")
    only_secondary = with_question(DEFINITION, "C", "interests", {"when": {"phases": ["secondary"]}})
    assert len(untraced(read_form(only_secondary))) == 3 * (1 + len(Circumstance))


@pytest.mark.parametrize(
    ("year", "band"),
    [(-1, Band.EYFS), (0, Band.EYFS), (1, Band.KS1), (2, Band.KS1), (3, Band.KS2), (6, Band.KS2), (7, Band.KS3_4),
     (11, Band.KS3_4), (12, Band.POST_16), (None, Band.KS3_4)],
)  # fmt: skip
def test_bands(year, band):
    assert band_of(year, Phase.SECONDARY) is band


def test_each_question_to_a_child_has_words_for_each_age():
    """Of the version in force, so that no child reads what was written for adults."""
    (section,) = [s for s in FORM.sections if s.by is Contributor.CHILD]
    asked = asked_by_link(section).fields
    assert {f.label for f in asked} == set(WORDS)
    assert not {f.key for f in asked} & NOT_ASKED


def test_words_of_the_version_come_first_then_ours_then_its_own_for_the_young():
    ours = Field("a", "What is hard?", Kind.LONG, words=(("ks2", "What is tricky?"),))
    assert wording(ours, Band.KS2) == "What is tricky?"
    assert wording(ours, Band.KS1) == "What is hard for you?"
    new = Field("a", "Which pets?", Kind.LONG, child_words="Which animals?")
    assert [wording(new, b) for b in (Band.KS1, Band.POST_16)] == ["Which animals?", "Which pets?"]
