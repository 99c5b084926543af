from django.urls import path

from reports.views import indicator_children, indicators, report_actions, report_behind, reports

app_name = "reports"
urlpatterns = [
    path("", reports.report_list, name="list"),
    path("new/", report_actions.new, name="new"),
    path("<int:run_id>/", reports.run, name="run"),
    path("<int:run_id>/read/", reports.read, name="read"),
    path("<int:run_id>/<str:version>.pdf", reports.document, name="document"),
    path("<int:run_id>/figures-<str:version>.<str:extension>", reports.figures, name="figures"),
    path("<int:run_id>/progress/", reports.progress, name="progress"),
    path("<int:run_id>/make/", report_actions.make, name="make"),
    path("<int:run_id>/words/", report_actions.words, name="words"),
    path("<int:run_id>/approve/", report_actions.approve, name="approve"),
    path("<int:run_id>/issue/", report_actions.issue, name="issue"),
    path("<int:run_id>/withdraw/", report_actions.withdraw, name="withdraw"),
    path("<int:run_id>/compare/", report_behind.compare, name="compare"),
    path("<int:run_id>/children/", report_behind.cohorts, name="cohorts"),
    path("<int:run_id>/children/<str:name>/", report_behind.children, name="cohort"),
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
