from django.urls import path

from attainment import views
from attainment.collection import views as collection

app_name = "attainment"
urlpatterns = [
    path("qualifications/", views.qualification_list, name="qualifications"),
    path("qualifications/<int:qualification_id>/", views.qualification_edit, name="qualification"),
    path("child/<int:pupil_id>/", views.child_attainment, name="child"),
    path("collection/", collection.collection, name="collection"),
    path("collection/<int:pupil_id>/", collection.record, name="record"),
]
