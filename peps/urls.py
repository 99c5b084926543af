from django.urls import path

from peps.views import lists, meetings, quality, steps, targets, writing

app_name = "peps"
urlpatterns = [
    path("", lists.pep_list, name="list"),
    path("peps.csv", lists.pep_export, {"extension": "csv"}, name="export_csv"),
    path("peps.xlsx", lists.pep_export, {"extension": "xlsx"}, name="export_xlsx"),
    path("children/<int:pupil_id>/", lists.child_peps, name="child"),
    path("<int:pep_id>/", writing.pep_page, name="pep"),
    path("<int:pep_id>/sections/<slug:code>/", writing.section_page, name="section"),
    path("<int:pep_id>/sections/<slug:code>/save/", writing.save_section, name="save"),
    path("<int:pep_id>/targets/", targets.target_list, name="targets"),
    path("<int:pep_id>/targets/new/", targets.target_new, name="target_new"),
    path("<int:pep_id>/targets/sentence/", targets.target_sentence, name="target_sentence"),
    path("<int:pep_id>/targets/<int:target_id>/", targets.target_edit, name="target_edit"),
    path("<int:pep_id>/targets/<int:target_id>/remove/", targets.target_remove, name="target_remove"),
    path("<int:pep_id>/targets/<int:target_id>/review/", targets.target_review, name="target_review"),
    path("<int:pep_id>/meeting/", steps.record_meeting, name="record_meeting"),
    path("<int:pep_id>/meetings/new/", meetings.arrange, name="arrange"),
    path("<int:pep_id>/meetings/<int:meeting_id>/", meetings.meeting_page, name="meeting"),
    path("<int:pep_id>/meetings/<int:meeting_id>/move/", meetings.move, name="meeting_move"),
    path("<int:pep_id>/meetings/<int:meeting_id>/cancel/", meetings.cancel, name="meeting_cancel"),
    path("<int:pep_id>/meetings/<int:meeting_id>/send/", meetings.send, name="meeting_send"),
    path("<int:pep_id>/meetings/<int:meeting_id>/papers/", meetings.papers, name="meeting_papers"),
    path("<int:pep_id>/meetings/<int:meeting_id>/answer/", meetings.answer, name="meeting_answer"),
    path("<int:pep_id>/meetings/<int:meeting_id>/meeting.ics", meetings.calendar, name="meeting_file"),
    path("<int:pep_id>/meetings/<int:meeting_id>/people/new/", meetings.invitee, name="meeting_person_new"),
    path("<int:pep_id>/meetings/<int:meeting_id>/people/<int:invitee_id>/", meetings.invitee, name="meeting_person"),
    path(
        "<int:pep_id>/meetings/<int:meeting_id>/people/<int:invitee_id>/remove/",
        meetings.invitee_remove,
        name="meeting_person_remove",
    ),
    path("<int:pep_id>/sign-off/", quality.sign_off, name="sign_off"),
    path("<int:pep_id>/quality/", quality.assess, name="quality"),
    path("<int:pep_id>/submit/", steps.submit, name="submit"),
    path("<int:pep_id>/return/", steps.return_sections, name="return"),
    path("<int:pep_id>/approve/", steps.approve, name="approve"),
    path("<int:pep_id>/reopen/", steps.by_reason, {"step": "reopen"}, name="reopen"),
    path("<int:pep_id>/not-required/", steps.by_reason, {"step": "set_aside"}, name="set_aside"),
    path("<int:pep_id>/take-up/", steps.by_reason, {"step": "take_up"}, name="take_up"),
]
