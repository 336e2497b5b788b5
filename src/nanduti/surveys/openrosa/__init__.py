"""The OpenRosa server: what ODK Collect and its kin ask of us, and how they are answered.

``serve(environ)`` answers one request. It stands beside the site and not within it: no session, no cookie, no
forgery token; its authority is the key in the path, or Digest. See ADR 0010.
"""
