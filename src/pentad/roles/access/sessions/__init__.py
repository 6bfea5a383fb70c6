"""Where somebody is signed in: browsers, told apart, listed and signed out. Session data itself is Django's."""
