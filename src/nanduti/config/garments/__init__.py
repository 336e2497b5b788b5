"""The second example: garment workshops of three Paraguayan towns, made up, entering by the door that phones use.

``tables`` of the programme are imported as any programme's; the answers of its census and of its roster are posted,
read, reviewed and corrected by the same verbs as real ones, and what follows (indicators, diagnosis, map, release) is
made by the verbs of those rooms. Every part asks first whether it was done: a load that was killed is begun again.
"""
