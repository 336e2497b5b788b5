"""Answers become records: a specification kept with the instrument says which answer becomes what.

:mod:`.spec` reads and checks a specification; :mod:`.targets` knows what records there are, rooms above offer
theirs; :mod:`.applying` does it for a batch of submissions, so that doing it again changes nothing.
"""
