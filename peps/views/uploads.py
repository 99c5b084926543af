"""Files of a PEP: list and add, fetch, take away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.audit import Access, record_access
from core.limits import Limit, limited
from peps.forms.uploads import UploadForm
from peps.models import PEP, PEPDocument
from peps.rules.uploads import MOST_BYTES, TYPES
from peps.services import uploads
from peps.views.common import pep_context, pep_in_work, visible_pep

ENDINGS = {t.media_type: t.ending for t in TYPES}


def files(request: HttpRequest, pep_id: int) -> HttpResponse:
    """The files, and a form for one more where the plan is in work."""
    pep = visible_pep(request, pep_id)
    if request.method == "POST":
        uploads.check_can_upload(request.user, pep)
    back = reverse("peps:pep", args=[pep.pk])
    form = UploadForm(request.POST or None, request.FILES or None, cancel_url=back)
    if request.method == "POST" and form.is_valid():
        try:
            uploads.add_document(
                pep=pep,
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                content=form.cleaned_data["file"].read(MOST_BYTES + 1),
                actor=request.user,
                now=timezone.now(),
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, "The file is added.")
            return redirect("peps:files", pep_id=pep.pk)
    context = pep_context(request, pep, title=f"Files: {pep.pupil.display_name}", traced=True)
    may_upload = uploads.can_upload(request.user, pep)
    context |= {
        "form": form,
        "may_upload": may_upload,
        "documents": [
            (one, may_upload and uploads.is_theirs(request.user, one))
            for one in pep.documents.select_related("added_by")
        ],
    }
    return render(request, "peps/files.html", context)


def _document(request: HttpRequest, pep: PEP, document_id: int) -> PEPDocument:
    rows = PEPDocument.objects.visible_to(request.user).filter(pep=pep, pk=document_id)
    found: PEPDocument | None = rows.select_related("pep__pupil").first()
    if found is None:
        raise Http404("This PEP has no such file.")
    return found


@limited(Limit.EXPORTS)
def file(request: HttpRequest, pep_id: int, document_id: int) -> HttpResponse:
    """The file, to be saved: it is never shown within the site."""
    pep = pep_in_work(request, pep_id)
    document = _document(request, pep, document_id)
    try:
        content = uploads.read_document(document)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("peps:files", pep_id=pep.pk)
    record_access(request, Access.EXPORTED, subject=pep.pupil, detail={"pep": pep.pk, "document": document.pk})
    response = HttpResponse(content, content_type=document.media_type)
    name = f"pep-{pep.pk}-{document.kind}-{document.pk}.{ENDINGS[document.media_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def remove(request: HttpRequest, pep_id: int, document_id: int) -> HttpResponse:
    """Take a file away."""
    pep = pep_in_work(request, pep_id)
    uploads.check_can_upload(request.user, pep)
    uploads.remove_document(document=_document(request, pep, document_id), actor=request.user)
    messages.success(request, "The file is taken away.")
    return redirect("peps:files", pep_id=pep.pk)
