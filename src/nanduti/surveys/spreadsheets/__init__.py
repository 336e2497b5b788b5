"""Filled workbooks: their columns are matched with questions, their rows become submissions through the one door.

`matching` guesses which column answers which question; `cells` reads what people write into cells; `filling` makes
the XML that a phone would have sent, with a number made of the row's own content, so that the same row handed in
twice is one submission; `taking_in` checks, previews and posts.
"""
