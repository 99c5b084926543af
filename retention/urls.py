from django.urls import path

from retention import views

app_name = "retention"
urlpatterns = [
    path("", views.due, name="due"),
    path("held/", views.held_list, name="held"),
    path("no-trigger/", views.no_trigger, name="no_trigger"),
    path("policy/", views.policy, name="policy"),
    path("policy/<slug:code>/", views.period, name="period"),
    path("certificates/", views.certificates, name="certificates"),
    path("certificates/certificates.csv", views.certificates_csv, name="certificates_csv"),
    path("certificates/<slug:number>/", views.certificate, name="certificate"),
    path("certificates/<slug:number>/certificate.pdf", views.certificate_pdf, name="certificate_pdf"),
    path("proposals/<int:proposal_id>/", views.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/propose/", views.propose, name="propose"),
    path("proposals/<int:proposal_id>/approve/", views.approve, name="approve"),
    path("proposals/<int:proposal_id>/decline/", views.decline, name="decline"),
    path("children/<int:pupil_id>/", views.child, name="child"),
    path("children/<int:pupil_id>/hold/", views.hold, name="hold"),
    path("holds/<int:hold_id>/release/", views.release, name="release"),
]
