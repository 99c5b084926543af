from django.urls import path

from pledge import views

app_name = "pledge"
urlpatterns = [
    path("", views.pledge_list, name="list"),
    path("pledge.csv", views.pledge_export, {"extension": "csv"}, name="export_csv"),
    path("pledge.xlsx", views.pledge_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("children/<int:pupil_id>/", views.child_pledge, name="child"),
]
