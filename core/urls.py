from django.urls import include, path

from core.cover import views as cover
from core.views import (
    access_reviews,
    accounts,
    audit,
    calendars,
    deadlines,
    feed_invitations,
    feed_problems,
    feed_words,
    feeds,
    gallery,
    home,
    invitations,
    sessions,
)

feed_patterns = [
    path("", feeds.feed_list, name="list"),
    path("new/", feeds.feed_new, name="new"),
    path("template/<slug:kind>.csv", feeds.feed_template, name="template"),
    path("<int:run_id>/", feeds.feed_run, name="run"),
    path("<int:run_id>/check/", feeds.feed_check, name="check"),
    path("<int:run_id>/words/", feed_words.feed_words, name="words"),
    path("<int:run_id>/apply/", feeds.feed_apply, name="apply"),
    path("<int:run_id>/cancel/", feeds.feed_cancel, name="cancel"),
    path("<int:run_id>/invite/", feed_invitations.feed_invite, name="invite"),
    path("<int:run_id>/progress/", feeds.feed_progress, name="progress"),
    path("<int:run_id>/changes.csv", feed_problems.feed_changes, name="changes"),
    path("<int:run_id>/problems.csv", feed_problems.feed_problems, name="problems"),
    path("<int:run_id>/internal.csv", feed_problems.feed_internal, name="internal"),
]

account_patterns = [
    path("", accounts.account_list, name="list"),
    path("find/", accounts.account_find, name="find"),
    path("new/", accounts.account_new, name="new"),
    path("roles/", accounts.role_list, name="roles"),
    path("<int:user_id>/", accounts.account_detail, name="detail"),
    path("<int:user_id>/change/", accounts.account_change, name="change"),
    path("<int:user_id>/link/", accounts.account_link, name="link"),
    path("<int:user_id>/withdraw-invitation/", accounts.account_withdraw, name="withdraw"),
    path("<int:user_id>/unlock/", accounts.account_unlock, name="unlock"),
    path("<int:user_id>/remove-second-step/", accounts.account_remove_second_step, name="remove_second_step"),
    path("<int:user_id>/last-day/", accounts.account_last_day, name="last_day"),
    path("<int:user_id>/deactivate/", accounts.account_deactivate, name="deactivate"),
    path("<int:user_id>/reactivate/", accounts.account_reactivate, name="reactivate"),
]

calendar_patterns = [
    path("", calendars.calendar_list, name="list"),
    path("new/", calendars.calendar_new, name="new"),
    path("<int:calendar_id>/", calendars.calendar_detail, name="detail"),
    path("<int:calendar_id>/rename/", calendars.calendar_rename, name="rename"),
    path("<int:calendar_id>/county/", calendars.calendar_county, name="county"),
    path("<int:calendar_id>/<int:academic_year>/", calendars.calendar_year, name="year"),
    path("<int:calendar_id>/<int:academic_year>/terms/", calendars.calendar_terms, name="terms"),
    path("<int:calendar_id>/closures/<int:closure_id>/remove/", calendars.closure_remove, name="remove_closure"),
]

deadline_patterns = [
    path("", deadlines.deadline_list, name="list"),
    path("rules/<slug:code>/", deadlines.deadline_rule, name="rule"),
    path("cut-offs/<int:academic_year>/<slug:season>/", deadlines.deadline_cut_off, name="cut_off"),
]

audit_patterns = [
    path("", audit.access_log, name="list"),
    path("access-log.csv", audit.access_log_csv, name="export_csv"),
    path("access-log.jsonl", audit.access_log_lines, name="export_lines"),
]

cover_patterns = [
    path("", cover.cover_list, name="list"),
    path("new/", cover.cover_new, name="new"),
    path("<int:cover_id>/end/", cover.cover_end, name="end"),
]

access_review_patterns = [
    path("", access_reviews.review_list, name="list"),
    path("open/", access_reviews.review_open, name="open"),
    path("<int:review_id>/", access_reviews.review_detail, name="detail"),
    path("<int:review_id>/confirm/", access_reviews.review_confirm, name="confirm"),
    path("<int:review_id>/close/", access_reviews.review_close, name="close"),
    path("<int:review_id>/access-review.csv", access_reviews.review_csv, name="export_csv"),
    path("<int:review_id>/access-review.xlsx", access_reviews.review_xlsx, name="export_xlsx"),
    path("lines/<int:line_id>/remove/", access_reviews.line_remove, name="remove"),
]

urlpatterns = [
    path("cover/", include((cover_patterns, "cover"))),
    path("access-reviews/", include((access_review_patterns, "access_reviews"))),
    path("access-log/", include((audit_patterns, "audit"))),
    path("feeds/", include((feed_patterns, "feeds"))),
    path("accounts/", include((account_patterns, "accounts"))),
    path("calendars/", include((calendar_patterns, "calendars"))),
    path("deadlines/", include((deadline_patterns, "deadlines"))),
    path("more/", home.more, name="more"),
    path("account/invitation/", invitations.invitation, name="account_invitation"),
    path("account/invitation/<str:token>/", invitations.invitation_open, name="account_invitation_open"),
    path("account/sessions/<int:session_id>/end/", sessions.session_end, name="account_session_end"),
    path("components/", gallery.components, name="components"),
]
