from django.urls import path

from pupils import views
from pupils.caseloads import views as caseloads
from pupils.duplicates import views as duplicates
from pupils.emergencies import views as emergencies
from pupils.protected import views as protected

app_name = "pupils"
urlpatterns = [
    path("", views.pupil_list, name="list"),
    path("search/", views.pupil_search, name="search"),
    path("children.csv", views.pupil_export, {"extension": "csv"}, name="export_csv"),
    path("children.xlsx", views.pupil_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("emergencies/", emergencies.emergency_list, name="emergencies"),
    path("emergencies/new/", emergencies.emergency_new, name="emergency_new"),
    path("emergencies/<int:access_id>/", emergencies.emergency_review, name="emergency_review"),
    path("emergencies/<int:access_id>/close/", emergencies.emergency_close, name="emergency_close"),
    path("caseloads/", caseloads.caseloads, name="caseloads"),
    path("caseloads/<int:user_id>/<slug:kind>/", caseloads.caseload, name="caseload"),
    path("caseloads/planned/<int:allocation_id>/take-back/", caseloads.cancel_move, name="cancel_move"),
    path("unusual-looks/", views.unusual_looks, name="unusual_looks"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/<int:kept_id>/<int:other_id>/", duplicates.merge, name="merge"),
    path("duplicates/<int:kept_id>/<int:other_id>/two-children/", duplicates.not_the_same, name="not_the_same"),
    path("duplicates/<int:kept_id>/<int:other_id>/list-again/", duplicates.maybe_the_same, name="maybe_the_same"),
    path("merges/<int:merge_id>/", duplicates.merged, name="merged"),
    path("<int:pupil_id>/", views.pupil_detail, name="detail"),
    path("<int:pupil_id>/care/", views.pupil_care, name="care"),
    path("<int:pupil_id>/care/reveal/", views.reveal_address, name="reveal_address"),
    path("<int:pupil_id>/protected/", protected.protected, name="protected"),
    path("<int:pupil_id>/protected/<slug:what>/show/", protected.show, name="protected_show"),
    path("<int:pupil_id>/protected/<slug:what>/new/", protected.record, name="protected_new"),
    path("protected/<int:note_id>/end/", protected.end, name="protected_end"),
    path("<int:pupil_id>/school/", views.pupil_school, name="school"),
    path("<int:pupil_id>/timeline/", views.pupil_timeline, name="timeline"),
    path("<int:pupil_id>/who-has-looked/", views.who_looked, name="who_looked"),
    path("<int:pupil_id>/changes/", views.pupil_changes, name="changes"),
]
