"""Where a person arrives: a programme's eight steps, the ledger of its activities, what needs me today, search.

Home sees every room below it and adds nothing of its own but the way in: it also holds the page that imports
tables and the command line's questions.
"""
