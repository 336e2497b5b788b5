from django.shortcuts import render

from .parts import Figure
from .tables import Col, DataTable


def show(request):
    t = DataTable(
        [{"a": 1, "b": "=x"}, {"a": 2000, "b": "y"}],
        request,
        columns=[
            Col("a", "A", "number", sortable=True, phone=True),
            Col("b", "B", filter="text", phone=True),
        ],
        caption="Cap",
    )
    if t.wants_export:
        return t.export()
    return render(request, "interface/style.html", {"table": t, "figures": [Figure(12, "late", "/x")]})


def show_part(request, name): ...
