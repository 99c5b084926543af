from django.urls import path

from reports.views import indicator_children, indicators

app_name = "reports"
urlpatterns = [
    path("indicators/", indicators.overview, name="indicators"),
    path("indicators/compute/", indicators.compute_now, name="compute_indicators"),
    path("indicators/target/", indicators.choose_target, name="choose_target"),
    path("indicators/<slug:slug>/<int:year>/", indicators.detail, name="indicator"),
    path("indicators/<slug:slug>/<int:year>/target/", indicators.target, name="indicator_target"),
    path(
        "indicators/<slug:slug>/<int:year>/children/<slug:step>/",
        indicator_children.children,
        name="indicator_children",
    ),
    path(
        "indicators/<slug:slug>/<int:year>/children/<slug:step>.<str:extension>",
        indicator_children.export,
        name="indicator_export",
    ),
    path(
        "indicators/<slug:slug>/<int:year>/child/<int:pupil_id>/",
        indicator_children.child,
        name="indicator_child",
    ),
]
