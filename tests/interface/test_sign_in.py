"""Signing in, being locked out, second factors, and the end of a session."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from nanduti.foundation.models import AuditEvent
from nanduti.interface import sessions

from .conftest import PASSWORD

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def fresh_counters(db):
    cache.clear()


@pytest.fixture
def client() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en")


def sign_in(client: Client, username: str = "lucia", password: str = PASSWORD):
    return client.post(LOGIN, {"login": username, "password": password})


def code_of(secret: str, steps_on: int = 0) -> str:
    """The code that a telephone shows; ``steps_on`` half minutes from now, if its clock is wrong."""
    return f"{hotp_value(secret, int(time.time()) // 30 + steps_on):06}"


class TestSigningIn:
    def test_right_password_opens(self, client, lucia):
        assert sign_in(client).status_code == 302
        assert client.session["_auth_user_id"] == str(lucia.pk)

    def test_wrong_password_keeps_the_name_and_says_so(self, client, lucia):
        answer = sign_in(client, password="wrong-wrong")
        assert answer.status_code == 200
        assert b'value="lucia"' in answer.content
        assert b"wrong-wrong" not in answer.content
        assert b'role="alert"' in answer.content

    def test_unknown_and_known_names_get_the_same_answer(self, client, lucia):
        def told(name: str) -> str:
            text = sign_in(Client(HTTP_ACCEPT_LANGUAGE="en"), name, "wrong-wrong").content.decode()
            return text[text.index('role="alert"') :][:200]

        assert told("lucia") == told("nobody-of-that-name").replace("nobody-of-that-name", "lucia")

    @pytest.mark.parametrize("value", ["", "\x00", "a" * 100_000, "\ud800".encode("utf-8", "surrogatepass")])
    def test_no_value_breaks_it(self, client, lucia, value):
        for field in ("login", "password", "next"):
            given = {"login": "lucia", "password": "wrong-wrong", field: value}
            assert client.post(LOGIN, given).status_code in {200, 400, 429}

    def test_nobody_signs_up(self, client):
        answer = client.post(
            "/account/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD}
        )
        assert answer.status_code == 200
        assert b"Accounts are made by hand" in answer.content

    def test_where_it_leads_stays_on_this_host(self, client, lucia):
        answer = client.post(LOGIN, {"login": "lucia", "password": PASSWORD, "next": "https://example.org/"})
        assert "example.org" not in answer["Location"]


class TestLockOut:
    def test_five_wrong_passwords_lock(self, client, lucia):
        statuses = [sign_in(client, password=f"wrong-{n}").status_code for n in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]

    def test_then_even_the_right_one_does_not_open(self, client, lucia):
        for n in range(5):
            sign_in(client, password=f"wrong-{n}")
        answer = sign_in(client)
        assert answer.status_code == 429
        assert "_auth_user_id" not in client.session
        assert b"Too many wrong attempts" in answer.content

    def test_another_browser_at_the_same_address_is_locked_too(self, client, lucia):
        for n in range(5):
            sign_in(client, password=f"wrong-{n}")
        assert sign_in(Client()).status_code == 429

    def test_spelling_does_not_help(self, client, lucia):
        for name in ("lucia", "Lucia", "LUCIA", " lucia", "lucIA"):
            sign_in(client, name, "wrong")
        assert sign_in(client).status_code == 429

    def test_others_are_not_locked_out(self, client, lucia, make_user):
        make_user("pedro", "cda")
        for n in range(5):
            sign_in(client, password=f"wrong-{n}")
        assert sign_in(Client(), "pedro").status_code == 302

    def test_unknown_names_lock_as_well(self, client):
        statuses = [sign_in(client, "nobody", "wrong").status_code for _ in range(5)]
        assert statuses[-1] == 429

    def test_success_forgets_earlier_mistakes(self, client, lucia):
        for n in range(4):
            sign_in(client, password=f"wrong-{n}")
        assert sign_in(client).status_code == 302
        assert sign_in(Client(), password="wrong").status_code == 200

    def test_the_quarter_of_an_hour_ends(self, client, lucia):
        from datetime import timedelta

        from axes.models import AccessAttempt

        for n in range(5):
            sign_in(client, password=f"wrong-{n}")
        for attempt in AccessAttempt.objects.all():
            AccessAttempt.objects.filter(pk=attempt.pk).update(
                attempt_time=attempt.attempt_time - timedelta(minutes=16)
            )
        assert sign_in(client).status_code == 302

    def test_no_password_is_kept(self, client, lucia):
        from axes.models import AccessAttempt

        sign_in(client, password="a-secret-typed-wrong")
        kept = str(list(AccessAttempt.objects.values()))
        assert "a-secret-typed-wrong" not in kept


class TestSecondFactor:
    @pytest.fixture
    def custodian(self, make_user):
        return make_user("carmen", "custodian")

    def test_custodians_get_no_further_without(self, client, custodian):
        sign_in(client, "carmen")
        answer = client.get("/style/page/")
        assert answer.status_code == 302
        assert answer["Location"] == "/account/2fa/totp/activate/?required=1"
        page = client.get(answer["Location"])
        assert b"Your role can see" in page.content
        assert b"data:image/svg+xml" in page.content

    @pytest.mark.parametrize("role", ["administrator", "custodian"])
    def test_setting_it_up_opens_the_house(self, client, make_user, role):
        make_user("carmen", role)
        sign_in(client, "carmen")
        client.get("/account/2fa/totp/activate/")
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
        assert answer.status_code == 302
        assert client.get("/style/page/").status_code == 200
        codes = client.get("/account/2fa/recovery-codes/")
        assert codes.status_code == 200
        assert codes.content.count(b"<li>") >= 10

    def test_a_wrong_code_is_said_beside_the_field(self, client, custodian):
        sign_in(client, "carmen")
        client.get("/account/2fa/totp/activate/")
        answer = client.post("/account/2fa/totp/activate/", {"code": "000000"})
        assert b'aria-invalid="true"' in answer.content

    def test_the_password_alone_no_longer_signs_in(self, client, custodian):
        secret = generate_totp_secret()
        TOTP.activate(custodian, secret)
        assert sign_in(client, "carmen")["Location"] == "/account/2fa/authenticate/"
        assert client.get("/style/page/").status_code == 200  # as a visitor
        assert "_auth_user_id" not in client.session
        client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
        assert client.session["_auth_user_id"] == str(custodian.pk)

    @pytest.mark.parametrize(("steps_on", "opens"), [(-1, True), (1, True), (-4, False), (4, False)])
    def test_a_telephone_may_be_half_a_minute_off(self, client, custodian, steps_on, opens):
        secret = generate_totp_secret()
        TOTP.activate(custodian, secret)
        sign_in(client, "carmen")
        client.post("/account/2fa/authenticate/", {"code": code_of(secret, steps_on)})
        assert ("_auth_user_id" in client.session) is opens

    def test_a_code_opens_once_even_when_the_library_has_forgotten_it(self, client, custodian):
        secret = generate_totp_secret()
        TOTP.activate(custodian, secret)
        code = code_of(secret)
        for somebody, opens in ((client, True), (Client(), False)):
            sign_in(somebody, "carmen")
            somebody.post("/account/2fa/authenticate/", {"code": code})
            assert ("_auth_user_id" in somebody.session) is opens
            cache.delete(f"allauth.mfa.totp.used?user={custodian.pk}&code={code}")

    def test_codes_cannot_be_tried_without_end(self, client, custodian):
        secret = generate_totp_secret()
        TOTP.activate(custodian, secret)
        sign_in(client, "carmen")
        for n in range(5):
            client.post("/account/2fa/authenticate/", {"code": f"{n:06}"})
        client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
        assert "_auth_user_id" not in client.session

    def test_others_may_go_without(self, client, lucia):
        sign_in(client)
        assert client.get("/style/page/").status_code == 200
        assert client.get("/account/2fa/").status_code == 200

    @pytest.mark.parametrize(
        "path",
        ["/account/password/change/", "/account/logout/", "/account/2fa/", "/account/2fa/webauthn/add/"],
    )
    def test_its_pages_are_the_house_s_own(self, client, lucia, path):
        sign_in(client)
        answer = client.get(path, follow=True)
        assert answer.status_code == 200
        assert b'class="top"' in answer.content


class TestSessions:
    def test_changing_the_password_signs_out_everywhere(self, client, lucia):
        elsewhere = Client()
        sign_in(client)
        sign_in(elsewhere)
        new = "another-four-plain-words"
        given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert client.post("/account/password/change/", given).status_code == 302
        for browser in (client, elsewhere):
            assert browser.get("/account/2fa/").status_code == 302
        assert sign_in(client, password=new).status_code == 302

    def test_idle_sessions_end(self, client, lucia, settings):
        sign_in(client)
        client.get("/style/page/")
        self.turn_back(client, sessions.SEEN, settings.SESSION_IDLE_SECONDS + 1)
        answer = client.get("/style/page/?state=late")
        assert answer.status_code == 302
        assert answer["Location"] == "/account/login/?next=%2Fstyle%2Fpage%2F%3Fstate%3Dlate"
        assert "_auth_user_id" not in client.session

    def test_old_sessions_end_however_busy(self, client, lucia, settings):
        sign_in(client)
        client.get("/style/page/")
        self.turn_back(client, sessions.BEGAN, settings.SESSION_COOKIE_AGE + 1)
        assert client.get("/style/page/").status_code == 302

    def test_what_was_sent_too_late_is_answered_with_a_way_back(self, client, lucia, settings):
        sign_in(client)
        client.get("/style/form/")
        self.turn_back(client, sessions.SEEN, settings.SESSION_IDLE_SECONDS + 1)
        answer = client.post("/style/form/", {"name": "Curtiembre"})
        assert answer.status_code == 401
        assert b"data-back" in answer.content

    def test_what_is_sent_without_any_session_left_has_a_way_back_too(self, client, lucia):
        sign_in(client)
        client.get("/style/form/")
        Session.objects.all().delete()
        answer = client.post("/style/form/", {"name": "Curtiembre"})
        assert answer.status_code == 401
        assert b"data-back" in answer.content and b"Sign in in another tab" in answer.content
        assert sign_in(client).status_code == 302, "what anybody may send is taken as ever"
        assert Client().post("/jobs/00000000-0000-0000-0000-000000000000/stop/").status_code == 404

    def test_signing_out_leaves_nothing_to_go_back_to(self, client, lucia):
        sign_in(client)
        assert "Clear-Site-Data" not in client.get("/style/page/")
        assert client.post("/account/logout/")["Clear-Site-Data"] == '"cache"'
        assert "Clear-Site-Data" not in client.get("/account/login/")

    def test_forms_know_where_the_present_mark_stands(self, client, lucia, settings):
        sign_in(client)
        assert f'data-mark="{settings.CSRF_COOKIE_NAME}"' in client.get("/style/form/").content.decode()

    def test_a_busy_session_writes_rarely(self, client, lucia, django_assert_max_num_queries):
        sign_in(client)
        client.get("/style/page/")
        with django_assert_max_num_queries(20) as seen:
            client.get("/style/page/")
        assert not [q for q in seen.captured_queries if q["sql"].startswith("UPDATE")]

    def test_pages_of_a_user_are_kept_by_no_cache_in_between(self, client, lucia):
        sign_in(client)
        assert client.get("/style/page/")["Cache-Control"] == "private, no-cache"
        assert client.get("/account/2fa/totp/activate/")["Cache-Control"] == "private, no-store"
        assert "no-store" in client.get("/style/page/?export=csv")["Cache-Control"]

    @staticmethod
    def turn_back(client: Client, name: str, seconds: int) -> None:
        session = client.session
        session[name] = int(time.time()) - seconds
        session.save()


class TestLanguage:
    def test_a_visitor_s_choice_is_kept_in_a_cookie(self, client):
        answer = client.post("/language/", {"language": "es", "next": "/account/login/"})
        assert answer["Location"] == "/account/login/"
        assert b'<html lang="es">' in client.get(LOGIN).content

    def test_a_user_s_choice_follows_to_another_browser(self, client, lucia):
        sign_in(client)
        client.post("/language/", {"language": "es", "next": "/"})
        lucia.refresh_from_db()
        assert lucia.language == "es"
        assert AuditEvent.objects.filter(action="interface.choose_language", by=lucia).exists()
        other = Client(HTTP_ACCEPT_LANGUAGE="en")
        sign_in(other)
        assert b'<html lang="es">' in other.get("/style/page/").content

    @pytest.mark.parametrize(
        "next_page", ["https://example.org/", "//example.org", "javascript:alert(1)", "", "\x00"]
    )
    def test_it_leads_nowhere_else(self, client, next_page):
        assert client.post("/language/", {"language": "es", "next": next_page})["Location"] == "/"

    @pytest.mark.parametrize("language", ["", "xx", "\x00", "es" * 500])
    def test_unknown_languages_change_nothing(self, client, language):
        answer = client.post("/language/", {"language": language})
        assert answer.status_code == 302
        assert not answer.cookies

    def test_it_is_a_post(self, client):
        assert client.get("/language/").status_code == 405
