"""What a programme has brought about, with the records behind every figure.

Nouns: `StatedFigure` (what a paper states by hand). Outputs and outcomes are data (``frameworks.yaml``) and are
computed from records. Promises: nobody types the number; every figure opens to its records; what a paper states
by hand stands beside the computed figure; contradictions are found by rules and shown with both sides.
"""
