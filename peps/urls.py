from django.urls import path

from peps.views import circumstances, links, lists, own, quality, steps, targets, writing

app_name = "peps"
urlpatterns = [
    path("", lists.pep_list, name="list"),
    path("peps.csv", lists.pep_export, {"extension": "csv"}, name="export_csv"),
    path("peps.xlsx", lists.pep_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("children/<int:pupil_id>/", lists.child_peps, name="child"),
    path("children/<int:pupil_id>/new/", circumstances.open_by_hand, name="open_by_hand"),
    path("<int:pep_id>/circumstances/", circumstances.circumstances_page, name="circumstances"),
    path("<int:pep_id>/", writing.pep_page, name="pep"),
    path("<int:pep_id>/sections/<slug:code>/", writing.section_page, name="section"),
    path("<int:pep_id>/sections/<slug:code>/save/", writing.save_section, name="save"),
    path("<int:pep_id>/targets/", targets.target_list, name="targets"),
    path("<int:pep_id>/targets/new/", targets.target_new, name="target_new"),
    path("<int:pep_id>/targets/sentence/", targets.target_sentence, name="target_sentence"),
    path("<int:pep_id>/targets/<int:target_id>/", targets.target_edit, name="target_edit"),
    path("<int:pep_id>/targets/<int:target_id>/remove/", targets.target_remove, name="target_remove"),
    path("<int:pep_id>/targets/<int:target_id>/review/", targets.target_review, name="target_review"),
    path("<int:pep_id>/links/", links.link_page, name="links"),
    path("<int:pep_id>/links/<int:link_id>/withdraw/", links.withdraw, name="link_withdraw"),
    path("own/", own.own_page, name="own"),
    path("own/save/", own.save_own, name="own_save"),
    path("own/open/<str:token>/", own.open_link, name="own_open"),
    path("<int:pep_id>/meeting/", steps.record_meeting, name="record_meeting"),
    path("<int:pep_id>/sign-off/", quality.sign_off, name="sign_off"),
    path("<int:pep_id>/quality/", quality.assess, name="quality"),
    path("<int:pep_id>/submit/", steps.submit, name="submit"),
    path("<int:pep_id>/return/", steps.return_sections, name="return"),
    path("<int:pep_id>/approve/", steps.approve, name="approve"),
    path("<int:pep_id>/reopen/", steps.by_reason, {"step": "reopen"}, name="reopen"),
    path("<int:pep_id>/not-required/", steps.by_reason, {"step": "set_aside"}, name="set_aside"),
    path("<int:pep_id>/take-up/", steps.by_reason, {"step": "take_up"}, name="take_up"),
]
