from django.urls import include, path

from core.views import feeds, gallery

feed_patterns = [
    path("", feeds.feed_list, name="list"),
    path("new/", feeds.feed_new, name="new"),
    path("template/<slug:kind>.csv", feeds.feed_template, name="template"),
    path("<int:run_id>/", feeds.feed_run, name="run"),
    path("<int:run_id>/check/", feeds.feed_check, name="check"),
    path("<int:run_id>/apply/", feeds.feed_apply, name="apply"),
    path("<int:run_id>/cancel/", feeds.feed_cancel, name="cancel"),
    path("<int:run_id>/progress/", feeds.feed_progress, name="progress"),
    path("<int:run_id>/problems.csv", feeds.feed_problems, name="problems"),
]

urlpatterns = [
    path("feeds/", include((feed_patterns, "feeds"))),
    path("components/", gallery.components, name="components"),
]
