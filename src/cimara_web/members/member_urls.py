"""Addresses of the directory for members, and of the office, in English."""

from __future__ import annotations

from django.urls import path

from cimara_web.members.views import contact, idea, people
from cimara_web.members.views.office import home, institutions, invitations, members

urlpatterns = [
    path("network/people/", people.people, name="people"),
    path("network/people/people.csv", people.people_csv, name="people-csv"),
    path("network/people/<uuid:member>/", people.person_page, name="person"),
    path("network/people/<uuid:member>/contact/", contact.contact, name="contact"),
    path("network/messages/", contact.messages, name="messages"),
    path("network/messages/<uuid:message>/decline/", contact.decline_message, name="message-decline"),
    path("network/idea/", idea.idea, name="idea"),
    path("network/idea/study/", idea.start_study, name="idea-study"),
    path("office/", home.office, name="office"),
    path("office/invitations/", invitations.invitations, name="office-invitations"),
    path("office/invitations/<uuid:invitation>/", invitations.invitation, name="office-invitation"),
    path("office/members/", members.members, name="office-members"),
    path("office/members/members.csv", members.members_csv, name="office-members-csv"),
    path("office/members/<uuid:member>/", members.member, name="office-member"),
    path("office/institutions/", institutions.institutions, name="office-institutions"),
    path("office/institutions/new/", institutions.new, name="office-institution-new"),
    path("office/institutions/<uuid:institution>/", institutions.institution, name="office-institution"),
    path(
        "office/institutions/<uuid:institution>/capabilities/",
        institutions.capabilities,
        name="office-capabilities",
    ),
    path("office/institutions/<uuid:institution>/merge/", institutions.merge, name="office-merge"),
]
