from django.urls import path

from incentives import views

app_name = "incentives"
urlpatterns = [
    path("", views.scheme_list, name="list"),
    path("new/", views.scheme_new, name="new"),
    path("gcse/<int:assessment_year>/", views.scheme_page, name="scheme"),
    path("gcse/<int:assessment_year>/not-told.csv", views.not_told_export, {"extension": "csv"}, name="not_told_csv"),
    path(
        "gcse/<int:assessment_year>/not-told.xlsx", views.not_told_export, {"extension": "xlsx"}, name="not_told_xlsx"
    ),
    path("children/<int:pupil_id>/", views.child_money, name="child"),
]
