"""Entities: things that forms choose from and add to, on phones that may be offline for days.

:mod:`.declarations` reads what a submission says of entities; :mod:`.applying` makes versions of it, in the order
in which they belong together, and tells clashes; :mod:`.mirroring` keeps lists of the register up to date;
:mod:`.serving` gives each phone its list. After the ODK Entities specification, 2022.1.0 to 2025.1.0.
"""
