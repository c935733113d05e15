"""Signing in with a Wikimedia account, or one of any other MediaWiki, by OAuth 2 (docs/decisions/0008)."""

PROVIDER = "mediawiki"  # what allauth calls it, in SocialAccount.provider
