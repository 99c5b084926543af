from django.urls import path

from pupils.delegations import views

app_name = "delegations"
urlpatterns = [
    path("", views.delegation_list, name="list"),
    path("new/", views.delegation_new, name="new"),
    path("<int:delegation_id>/change/", views.delegation_change, name="change"),
    path("<int:delegation_id>/end/", views.delegation_end, name="end"),
    path("<int:delegation_id>/invite/", views.invite_again, name="invite"),
]
