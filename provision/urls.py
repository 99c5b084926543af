from django.urls import path

from provision import views

app_name = "provision"
urlpatterns = [
    path("exclusions/", views.exclusion_list, name="list"),
    path("exclusions/exclusions.csv", views.exclusion_export, {"extension": "csv"}, name="export_csv"),
    path("exclusions/exclusions.xlsx", views.exclusion_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("exclusions/<int:exclusion_id>/", views.exclusion_page, name="exclusion"),
    path("children/<int:pupil_id>/exclusions/new/", views.exclusion_new, name="new"),
]
