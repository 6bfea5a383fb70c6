from django.urls import path

from pentad.engage.campaigns import acting_views, calendar_views, editor_views, home_views, people_views, views

urlpatterns = [
    path("marketing/", home_views.home, name="marketing"),
    path("marketing/reach/", home_views.reachable, name="marketing_reach"),
    path("campaigns/", views.campaign_list, name="campaigns"),
    path("campaigns/new/", editor_views.new, name="campaign_new"),
    path("campaigns/calendar/", calendar_views.show, name="campaign_calendar"),
    path("campaigns/<str:id>/", views.campaign_page, name="campaign"),
    path("campaigns/<str:id>/status/", views.status, name="campaign_status"),
    path("campaigns/<str:id>/results/", views.results, name="campaign_results"),
    path("campaigns/<str:id>/people/", people_views.people, name="campaign_people"),
    path("campaigns/<str:id>/people/<str:person_id>/", people_views.person, name="campaign_person"),
    path("campaigns/<str:id>/edit/audience/count/", editor_views.count, name="campaign_count"),
    path("campaigns/<str:id>/edit/<str:step>/", editor_views.step, name="campaign_step"),
    path("campaigns/<str:id>/start/", acting_views.start, name="campaign_start"),
    path("campaigns/<str:id>/pause/", acting_views.pause, name="campaign_pause"),
    path("campaigns/<str:id>/resume/", acting_views.resume, name="campaign_resume"),
    path("campaigns/<str:id>/unschedule/", acting_views.unschedule, name="campaign_unschedule"),
    path("campaigns/<str:id>/finish/", acting_views.finish, name="campaign_finish"),
    path("campaigns/<str:id>/reopen/", acting_views.reopen, name="campaign_reopen"),
    path("campaigns/<str:id>/cancel/", acting_views.cancel, name="campaign_cancel"),
    path("campaigns/<str:id>/copy/", acting_views.copy, name="campaign_copy"),
    path("campaigns/<str:id>/archive/", acting_views.archive, name="campaign_archive"),
    path("campaigns/<str:id>/restore/", acting_views.restore, name="campaign_restore"),
    path("campaigns/<str:id>/winner/", acting_views.winner, name="campaign_winner"),
    path("campaigns/<str:id>/approval/ask/", acting_views.ask, name="campaign_ask"),
    path("campaigns/<str:id>/approval/decide/", acting_views.decide, name="campaign_decide"),
]
