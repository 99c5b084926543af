from django.urls import path

from rights.views import entries, prints, requests

app_name = "rights"
urlpatterns = [
    path("requests/", requests.request_list, name="requests"),
    path("requests.csv", requests.export, name="requests_csv"),
    path("requests/new/<int:pupil_id>/", requests.new, name="request_new"),
    path("requests/<int:request_id>/", requests.detail, name="request"),
    path("requests/<int:request_id>/identity/", requests.identity, name="request_identity"),
    path("requests/<int:request_id>/extend/", requests.extend, name="request_extend"),
    path("requests/<int:request_id>/close/", requests.close, name="request_close"),
    path("requests/<int:request_id>/gather/", requests.gather, name="request_gather"),
    path("requests/<int:request_id>/progress/", requests.progress, name="request_progress"),
    path("requests/<int:request_id>/entries/", entries.entry_list, name="entries"),
    path("requests/<int:request_id>/entries/read/", entries.read, name="entries_read"),
    path("requests/<int:request_id>/preview/", entries.preview, name="request_preview"),
    path("requests/<int:request_id>/second-look/", entries.second_look, name="second_look"),
    path("requests/<int:request_id>/package/", requests.make_package, name="make_package"),
    path("requests/<int:request_id>/package.zip", requests.package, name="package"),
    path("requests/<int:request_id>/send/", requests.send, name="request_send"),
    path("entries/<int:entry_id>/", entries.entry, name="entry"),
    path("entries/<int:entry_id>/show/", entries.show, name="entry_show"),
    path("children/<int:pupil_id>/print/", prints.new, name="print_new"),
    path("prints/<int:print_id>/", prints.preview, name="print"),
    path("prints/<int:print_id>/let-in/", prints.let_in, name="print_let_in"),
    path("prints/<int:print_id>/leave-out/", prints.leave_out, name="print_leave_out"),
    path("prints/<int:print_id>/record.pdf", prints.document, name="print_document"),
]
