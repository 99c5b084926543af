from django.urls import path

from rights.views import consents, notices, processing

app_name = "rights"
urlpatterns = [
    # Consents, privacy notices, record of processing
    path("children/<int:pupil_id>/consents/", consents.consents, name="consents"),
    path("children/<int:pupil_id>/consents/new/", consents.record, name="consent_new"),
    path("children/<int:pupil_id>/notices/new/", consents.give_notice, name="give_notice"),
    path("consents/<int:consent_id>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("purposes/", consents.purposes, name="purposes"),
    path("purposes/<int:purpose_id>/switch/", consents.switch_purpose, name="switch_purpose"),
    path("notices/", notices.notices, name="notices"),
    path("notices/starters/", notices.starters, name="notice_starters"),
    path("notices/new/<slug:audience>/", notices.draft, name="notice_new"),
    path("notices/<int:notice_id>/", notices.read, name="notice"),
    path("notices/<int:notice_id>/change/", notices.change, name="notice_change"),
    path("notices/<int:notice_id>/approve/", notices.approve, name="notice_approve"),
    path("processing/", processing.processing, name="processing"),
    path("processing/record.csv", processing.export, {"extension": "csv"}, name="processing_csv"),
    path("processing/record.xlsx", processing.export, {"extension": "xlsx"}, name="processing_xlsx"),
    path("processing/new/", processing.new, name="activity_new"),
    path("processing/starters/", processing.starters, name="processing_starters"),
    path("processing/<int:activity_id>/", processing.activity, name="activity"),
]
