from django.urls import path

from peps import views

app_name = "peps"
urlpatterns = [
    path("", views.pep_list, name="list"),
    path("peps.csv", views.pep_export, {"extension": "csv"}, name="export_csv"),
    path("peps.xlsx", views.pep_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("children/<int:pupil_id>/", views.child_peps, name="child"),
    path("<int:pep_id>/meeting/", views.record_meeting, name="record_meeting"),
    path("<int:pep_id>/complete/", views.complete, name="complete"),
]
