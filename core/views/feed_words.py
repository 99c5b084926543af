"""Words of a file that need a meaning before it can be used: chosen on the delivery's page, and checked again."""

from collections.abc import Sequence
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from core.feeds import services
from core.feeds.base import FeedOption
from core.feeds.locks import Busy
from core.feeds.registry import all_kinds
from core.forms import GovForm
from core.models import FeedRun, User
from core.views.feed_runs import run_of

MOST_WORDS = 30
Status = FeedRun.Status


class WordsForm(GovForm):
    """One choice for each word; a word without a choice stays as it is."""

    submit_label = "Save and check again"

    def __init__(self, *args: Any, run: FeedRun, option: FeedOption, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run, self.option, self.words = run, option, list(words)
        for number, word in enumerate(self.words):
            self.fields[f"word_{number}"] = forms.ChoiceField(
                label=f"“{word}” means", choices=[("", "Leave it as it is"), *option.choices()], required=False
            )

    @property
    def submit_style(self) -> str:  # type: ignore[override]
        """Green only where nothing else can be done."""
        return "" if self.run.status == Status.REFUSED else "secondary"

    @property
    def helper(self) -> FormHelper:
        helper = super().helper
        helper.form_action = reverse("feeds:words", args=[self.run.pk])
        return helper

    def chosen(self) -> dict[str, str]:
        """The delivery's option with the words chosen here after those that it had."""
        pairs = [
            f"{word}={code}"
            for number, word in enumerate(self.words)
            if (code := self.cleaned_data.get(f"word_{number}"))
        ]
        before = self.run.options.get(self.option.name, "")
        return {self.option.name: ",".join(filter(None, [before, *pairs]))} if pairs else {}


def words_form(run: FeedRun, data: Any = None) -> WordsForm | None:
    """The form for the words that the last check could not read; None where there are none or it is too late."""
    if run.status not in {Status.READY, Status.UNCHANGED, Status.REFUSED}:
        return None
    kind = next((k for k in all_kinds() if k.kind == run.kind), None)
    for option in kind.options if kind else ():
        values = run.problems.filter(code__in=option.asked_by).order_by("pk").values_list("value", flat=True)
        words: dict[str, str] = {}
        for word in (part.strip() for value in values.distinct() for part in value.split(", ")):
            if word and not set(word) & set("=,"):
                words.setdefault(" ".join(word.split()).casefold(), word)
        if words:
            return WordsForm(data, run=run, option=option, words=list(words.values())[:MOST_WORDS])
    return None


@require_POST
def feed_words(request: HttpRequest, run_id: int) -> HttpResponse:
    """Keep what the words mean with the delivery, and check its stored files again."""
    from core.views.feeds import check_now

    run = run_of(request, run_id)
    form = words_form(run, request.POST)
    if form is None or not form.is_valid() or not form.chosen():
        messages.warning(request, "Choose what at least one of the words means.")
        return redirect("feeds:run", run_id=run_id)
    try:
        run = services.choose_options(run_id=run.pk, actor=cast("User", request.user), options=form.chosen())
    except (services.RunNotOpen, Busy) as told:
        messages.warning(request, str(told))
    else:
        check_now(request, run)
    return redirect("feeds:run", run_id=run_id)
