"""Telling colleagues of what concerns them: in the page's bell, by mail, to those who follow a record.

    notify(user_ids=[7], kind=MENTION, parts=["Tom mentioned you in a note on ", None], why="…", about=person)

Nobody is told of a record they may not see, neither when it happens nor when they read later.
"""

from pentad.roles.notices.subjects import Subject, register

__all__ = ["Subject", "register"]
