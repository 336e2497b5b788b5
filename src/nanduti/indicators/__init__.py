"""What is measured, how, and what came out: definitions that describe themselves, and their values.

Nouns: `Indicator` with its frozen `IndicatorVersion`s, and `Measurement`. Promises: a value opens to the rows that it
was made from; a formula is data with a source; nothing is overwritten, a new reckoning stands beside the old one;
what nobody answered is unknown and never zero.
"""
