"""Apps of third parties (OAuth 2.1, OpenID Connect): they sign colleagues in and call the API on their behalf.

The protocol is the sign-in library's (allauth.idp.oidc); who may be let in, and to what, is decided here.
"""
