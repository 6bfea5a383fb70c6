"""Signing in through an identity provider of the house: OpenID Connect and SAML."""
