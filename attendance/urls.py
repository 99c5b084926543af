from django.urls import path

from attendance.views import child, completeness, conflicts

app_name = "attendance"
urlpatterns = [
    path("child/<int:pupil_id>/", child.child_attendance, name="child"),
    path("conflicts/", conflicts.conflict_list, name="conflicts"),
    path("conflicts/<int:conflict_id>/", conflicts.resolve, name="resolve"),
    path("conflicts/<int:conflict_id>/reopen/", conflicts.reopen, name="reopen"),
    path("received/", completeness.completeness_grid, name="completeness"),
]
