"""Settling a contradiction on the page: what is missing is said in words."""

import re

import pytest

from nanduti.programme.models import Statement
from tests.support.example import CODE

pytestmark = pytest.mark.django_db


def test_a_settling_without_a_choice_says_what_is_missing(example, visit):
    sent = {
        "statement": Statement.objects.filter(programme=example).first().pk,
        "reason": "The annex is later",
    }
    answer = visit("coordinator").post(f"/p/{CODE}/quality/", sent)
    assert answer.status_code == 422
    notices = re.findall(
        r'<div class="notice warn"[^>]*><h2>([^<]*)</h2><p>([^<]*)</p>', answer.content.decode()
    )
    assert notices and all(title and sentence for title, sentence in notices), notices
