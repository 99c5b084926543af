from django.urls import path

from schools import views

app_name = "schools"
urlpatterns = [
    path("", views.school_list, name="list"),
    path("schools.csv", views.school_export, {"extension": "csv"}, name="export_csv"),
    path("schools.xlsx", views.school_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("<int:school_id>/", views.school_detail, name="detail"),
    path("<int:school_id>/calendar/", views.choose_calendar, name="choose_calendar"),
    path("<int:school_id>/teacher/", views.appoint_teacher, name="appoint_teacher"),
    path("<int:school_id>/teacher/<int:membership_id>/end/", views.end_appointment, name="end_appointment"),
]
