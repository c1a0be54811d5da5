"""Signing in: the same answer for known and unknown addresses, limits, the second factor, what ends a session."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import time

import pytest
from allauth.core.internal.ratelimit import parse_rates
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache, caches

from prm.kernel import clock
from prm.kernel.members import change_roles, deactivate_member, set_second_factor_policy
from prm.kernel.models import User
from prm.kernel.roles import Role
from tests.clients import member_client
from tests.conftest import PASSWORD, build_cast
from tests.signin.conftest import Visitor, log_in, masked


def totp_for(user):
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


HALF_MINUTE = int(time.time()) // 30


@pytest.fixture(autouse=True)
def time_for_a_code(monkeypatch):
    """The half minute of a code does not end between its making and its use."""
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([HALF_MINUTE]))


def code_of(secret):
    return format_hotp_value(hotp_value(secret, HALF_MINUTE))


def is_in(client, path="/t/acme/people/"):
    return client.get(path).status_code == 200


# --- AUN-01: no enumeration --------------------------------------------------------------------------------


def same_for_known_and_unknown(ask):
    known, unknown = "cam@acme.example", "nobody@acme.example"
    first, second = masked(ask(known), known), masked(ask(unknown), unknown)
    assert first == second
    return first


def test_a_wrong_password_says_nothing_about_the_address(cast):
    status, text = same_for_known_and_unknown(lambda email: log_in(Visitor(), email, "wrong"))
    assert status == 200
    assert "not correct" in text


def test_asking_for_a_new_password_says_nothing_about_the_address(cast):
    def ask(email):
        client = Visitor()
        sent = client.post("/accounts/password/reset/", {"email": email})
        assert sent.status_code == 302
        return client.get(sent["Location"])

    same_for_known_and_unknown(ask)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["cam@acme.example", "nobody@acme.example"]


def test_a_mail_server_that_refuses_unknown_people_tells_nothing(cast, settings):
    settings.EMAIL_BACKEND = "tests.signin.refusing_mail.RefusingBackend"
    same_for_known_and_unknown(lambda email: Visitor().post("/accounts/password/reset/", {"email": email}))


def test_nobody_signs_up(cast):
    answer = Visitor().post("/accounts/signup/", {"email": "me@new.example", "password1": "sunny ducks walk far"})
    assert not User.objects.filter(email="me@new.example").exists()
    same_for_known_and_unknown(
        lambda email: Visitor().post("/accounts/signup/", {"email": email, "password1": "sunny ducks walk far"})
    )
    assert answer.status_code == 200
    assert Visitor().get("/accounts/email/").status_code == 404


# --- password, reset, limits -------------------------------------------------------------------------------


def test_signing_in_gives_a_new_session_and_goes_on_within_this_host(cast):
    client = Visitor()
    session = client.session  # an anonymous one, as an attacker would plant it
    session["planted"] = True
    session.save()
    before = client.cookies["sessionid"].value
    answer = client.post(
        "/accounts/login/", {"login": "cam@acme.example", "password": PASSWORD, "next": "/t/acme/people/"}
    )
    assert answer["Location"] == "/t/acme/people/"
    assert client.cookies["sessionid"].value != before
    fixated = Visitor()
    fixated.cookies["sessionid"] = before
    assert not is_in(fixated)


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "http://sub.localhost/", "javascript:x"]
)
def test_signing_in_never_leads_to_another_host(cast, onward):
    answer = log_in_with_next(Visitor(), onward)
    assert answer["Location"] == "/"


def log_in_with_next(client, onward):
    return client.post("/accounts/login/", {"login": "cam@acme.example", "password": PASSWORD, "next": onward})


def test_five_wrong_passwords_lock_the_account_whatever_the_host(cast, settings):
    settings.OWN_HOSTS = ["*"]
    for number in range(5):
        answer = log_in(
            Visitor(),
            "cam@acme.example",
            "wrong",
            headers={"host": f"h{number}.localhost"},
            REMOTE_ADDR=f"10.0.0.{number}",
        )
        assert b"Too many" not in answer.content
    locked = log_in(Visitor(), "CAM@acme.example", REMOTE_ADDR="10.0.1.1")
    assert locked.status_code == 200
    assert b"Too many" in locked.content
    assert log_in(Visitor(), "chief@acme.example", REMOTE_ADDR="10.0.1.1").status_code == 302  # nobody else is


def test_the_lock_lasts_fifteen_minutes():
    per_account = [r for r in parse_rates(django_settings.ACCOUNT_RATE_LIMITS["login_failed"]) if r.per == "key"]
    assert [(r.amount, r.duration) for r in per_account] == [(5, 900)]


def test_a_new_password_unlocks(cast):
    for _ in range(5):
        log_in(Visitor(), "cam@acme.example", "wrong")
    client = Visitor()
    client.post("/accounts/password/reset/", {"email": "cam@acme.example"}, headers={"host": "evil.localhost"})
    text = mail.outbox[-1].body
    link = next(word for word in text.split() if "/password/reset/key/" in word)
    assert link.startswith(django_settings.SITE_URL)  # not the host that the request named
    path = link.removeprefix(django_settings.SITE_URL)
    form = client.get(path, follow=True)
    assert form.status_code == 200
    new = "a much better secret"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done.status_code == 302, done.content
    assert log_in(Visitor(), "cam@acme.example", new).status_code == 302
    assert Visitor().get(path, follow=True).content != form.content  # once


@pytest.mark.parametrize("proxies", [0, 1])
def test_the_address_of_the_caller_is_taken_from_trusted_proxies_only(cast, settings, proxies):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    from allauth.account.adapter import get_adapter
    from django.test import RequestFactory

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "1.2.3.4, 9.9.9.9"})
    assert get_adapter().get_client_ip(request) == ("9.9.9.9" if proxies else "10.0.0.1")


@pytest.fixture
def no_redis(settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/redis.sock"}}
    caches["default"]._own_counts.clear()
    yield
    caches["default"]._own_counts.clear()


def test_without_redis_the_limit_still_holds(cast, no_redis):
    for _ in range(5):
        log_in(Visitor(), "cam@acme.example", "wrong")
    assert b"Too many" in log_in(Visitor(), "cam@acme.example").content


def test_without_redis_a_code_still_works_once(cast, no_redis):
    assert cache.get("anything") is None
    assert cache.add("allauth.mfa.totp.used?x", "y", timeout=30)
    assert not cache.add("allauth.mfa.totp.used?x", "y", timeout=30)
    assert cache.add("something else", 1)
    assert cache.add("something else", 1)  # all else is a miss


# --- AUN-02: the second factor -----------------------------------------------------------------------------


def test_a_code_is_asked_for_and_works_once(cast):
    secret = totp_for(cast.cam.user)
    client = Visitor()
    assert log_in(client, "cam@acme.example")["Location"] == "/accounts/2fa/authenticate/"
    assert not is_in(client)
    code = code_of(secret)
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert is_in(client)
    second = Visitor()
    log_in(second, "cam@acme.example")
    assert second.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert not is_in(second)


def test_five_wrong_codes_are_enough(cast):
    secret = totp_for(cast.cam.user)
    client = Visitor()
    log_in(client, "cam@acme.example")
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    late = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert b"Too many" in late.content
    assert not is_in(client)


def test_a_new_password_does_not_skip_the_second_factor(cast):
    totp_for(cast.cam.user)
    client = Visitor()
    client.post("/accounts/password/reset/", {"email": "cam@acme.example"})
    link = next(w for w in mail.outbox[-1].body.split() if "/password/reset/key/" in w)
    form = client.get(link.removeprefix(django_settings.SITE_URL), follow=True)
    new = "a much better secret"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert not is_in(client)
    assert log_in(client, "cam@acme.example", new)["Location"] == "/accounts/2fa/authenticate/"


@pytest.mark.parametrize("who", ["chief", "finance", "admin", "cam", "champion"])
def test_chief_finance_and_administrator_must_bring_a_second_factor(cast, sign_in, who):
    member = getattr(cast, who)
    needs_it = who in {"chief", "finance", "admin"}
    assert sign_in(member).get("/people/").status_code == 200  # acme has switched it off
    set_second_factor_policy(needed=True, by=cast.admin)
    client = sign_in(member)
    answer = client.get("/people/?q=x")
    assert answer.status_code == (302 if needs_it else 200)
    if not needs_it:
        return
    assert answer["Location"] == "/accounts/second-factor/?next=/t/acme/people/%3Fq%3Dx"
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert b"/accounts/2fa/totp/activate/" in page.content
    assert client.post("/tokens/create/", {"name": "x"}).status_code == 302  # no way around it
    totp_for(member.user)
    assert client.get("/accounts/second-factor/")["Location"] == "/t/acme/people/?q=x"
    assert client.get("/people/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(cast, sign_in):
    set_second_factor_policy(needed=True, by=cast.admin)
    Authenticator.objects.create(user=cast.chief.user, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert sign_in(cast.chief).get("/people/").status_code == 302


def confirm_password(client, path):
    """Who changes the login is asked for the password again."""
    asked = client.get(path)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    wrong = client.post(asked["Location"], {"password": "wrong"})
    assert wrong.status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == path


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_authenticator_app_is_set_up_in_the_browser():
    build_cast()  # outside a surrounding transaction: what follows a commit happens here
    client, other = Visitor(), Visitor()
    for each in (client, other):
        log_in(each, "cam@acme.example")
        assert is_in(each)
    before = client.cookies["sessionid"].value
    confirm_password(client, "/accounts/2fa/totp/activate/")
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get(done["Location"]).status_code == 200
    assert client.cookies["sessionid"].value != before
    assert is_in(client)
    assert not is_in(other)  # the sessions from before are over
    assert client.get("/accounts/2fa/").status_code == 200
    assert client.get("/accounts/2fa/webauthn/add/").status_code == 200
    assert mail.outbox[-1].to == ["cam@acme.example"]  # told to the person


# --- AUN-04: sessions --------------------------------------------------------------------------------------


def copied(client):
    thief = Visitor()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    return thief


def two_sessions(email="cam@acme.example"):
    first, second = Visitor(), Visitor()
    for client in (first, second):
        assert log_in(client, email).status_code == 302
        assert is_in(client)
    return first, second


def test_signing_out_ends_every_session(cast):
    first, second = two_sessions()
    thief = copied(first)
    assert is_in(thief)
    assert first.get("/accounts/logout/").status_code == 200  # asking changes nothing
    assert is_in(first)
    first.post("/accounts/logout/")
    assert not is_in(first)
    assert not is_in(thief)
    assert not is_in(second)


def test_a_changed_password_ends_the_other_sessions(cast):
    first, second = two_sessions()
    new = "a much better secret"
    answer = first.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302, answer.content
    assert is_in(first)
    assert not is_in(second)


def test_a_removed_second_factor_ends_the_other_sessions(cast):
    first, second = two_sessions()
    totp_for(cast.cam.user)
    confirm_password(first, "/accounts/2fa/totp/deactivate/")
    answer = first.post("/accounts/2fa/totp/deactivate/")
    assert answer.status_code == 302
    assert not Authenticator.objects.filter(user=cast.cam.user).exists()
    assert is_in(first)
    assert not is_in(second)


def test_an_ended_membership_and_changed_roles_count_from_the_next_request(cast, sign_in):
    client = sign_in(cast.seller)
    assert client.get("/people/").status_code == 200
    assert client.get("/people/invite/").status_code == 403
    change_roles(cast.seller, roles=[Role.CHAMPION], by=cast.champion)
    assert client.get("/people/invite/").status_code == 200
    deactivate_member(cast.seller, by=cast.champion)
    assert client.get("/people/").status_code == 404


def test_a_disabled_login_is_out(cast, sign_in):
    client = sign_in(cast.cam)
    User.objects.filter(pk=cast.cam.user_id).update(is_active=False)
    assert client.get("/people/").status_code == 302


@pytest.mark.parametrize(
    ("who", "idle", "is_still_in"),
    [
        ("finance", dt.timedelta(minutes=29), True),
        ("finance", dt.timedelta(minutes=31), False),
        ("admin", dt.timedelta(minutes=31), False),
        ("cam", dt.timedelta(minutes=31), True),
        ("cam", dt.timedelta(hours=7, minutes=59), True),
        ("cam", dt.timedelta(hours=8, minutes=1), False),
        ("champion", dt.timedelta(hours=8, minutes=1), False),
    ],
)
def test_an_idle_session_ends(cast, who, idle, is_still_in):
    email = getattr(cast, who).user.email
    client = Visitor()
    log_in(client, email)
    thief = copied(client)
    with clock.travel(to=clock.now() + idle):
        assert is_in(client) is is_still_in
        assert is_in(thief) is is_still_in  # ended on the server


@pytest.mark.parametrize(
    ("who", "hours", "is_still_in"),
    [("cam", 23, True), ("cam", 25, False), ("champion", 25, True), ("champion", 169, False)],
)
def test_a_session_in_use_ends_too(cast, who, hours, is_still_in):
    client = Visitor()
    log_in(client, getattr(cast, who).user.email)
    began = clock.now()
    for hour in range(6, hours, 6):
        with clock.travel(to=began + dt.timedelta(hours=hour)):
            assert is_in(client) or hour >= hours - 6
    with clock.travel(to=began + dt.timedelta(hours=hours)):
        assert is_in(client) is is_still_in


def test_the_pages_of_the_login_end_with_the_session(cast):
    client = Visitor()
    log_in(client, "cam@acme.example")
    assert client.get("/accounts/2fa/").status_code == 200
    with clock.travel(days=1):
        assert client.get("/accounts/2fa/").status_code == 302


# --- AUN-06: cookies and CSRF ------------------------------------------------------------------------------


def test_signing_in_needs_a_csrf_token(cast):
    strict = Visitor(enforce_csrf_checks=True)
    assert log_in(strict, "cam@acme.example").status_code == 403
    strict.get("/accounts/login/")
    token = strict.cookies["csrftoken"].value
    answer = log_in(strict, "cam@acme.example", headers={"X-CSRFToken": token})
    assert answer.status_code == 302


def test_unsafe_calls_of_a_session_need_a_csrf_token_in_pages_and_api(cast):
    strict = member_client(cast.admin, enforce_csrf_checks=True)
    assert strict.post("/tokens/create/", {"name": "x"}).status_code == 403
    refused = strict.post("/api/v1/partners/", {}, content_type="application/json")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]


def settings_with(**environment):
    script = (
        "import django.conf, json, os; os.environ['DJANGO_SETTINGS_MODULE']='prm.settings'; s=django.conf.settings;"
        "print(json.dumps({n: getattr(s, n) for n in ['SESSION_COOKIE_NAME','CSRF_COOKIE_NAME','SESSION_COOKIE_SECURE',"
        "'CSRF_COOKIE_SECURE','SESSION_COOKIE_HTTPONLY','SESSION_COOKIE_SAMESITE','SESSION_COOKIE_PATH',"
        "'SESSION_COOKIE_DOMAIN','SECURE_HSTS_SECONDS','ALLAUTH_TRUSTED_PROXY_COUNT']}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "SECRET_KEY": "x" * 50, **environment},
        capture_output=True,
        text=True,
        check=True,
        cwd=django_settings.BASE_DIR,
    )
    return json.loads(done.stdout)


def test_cookies_are_bound_to_the_host_when_the_site_is_https():
    safe = settings_with(SITE_URL="https://prm.example", TRUSTED_PROXIES="1")
    assert (safe["SESSION_COOKIE_NAME"], safe["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert safe["SESSION_COOKIE_SECURE"] is safe["CSRF_COOKIE_SECURE"] is safe["SESSION_COOKIE_HTTPONLY"] is True
    assert (safe["SESSION_COOKIE_SAMESITE"], safe["SESSION_COOKIE_PATH"], safe["SESSION_COOKIE_DOMAIN"]) == (
        "Lax",
        "/",
        None,
    )
    assert safe["SECURE_HSTS_SECONDS"] > 0
    assert safe["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1
    plain = settings_with(SITE_URL="http://localhost:8000")
    assert plain["SESSION_COOKIE_SECURE"] is False


def test_the_session_cookie_is_out_of_reach_for_scripts(cast):
    client = Visitor()
    log_in(client, "cam@acme.example")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"


def focused(page):
    return [re.search(r'name="(\w+)"', tag)[1] for tag in re.findall(r"<input [^>]*\bautofocus[^>]*>", page)]


def test_the_first_field_waits_for_the_keyboard(cast):
    client = Visitor()
    assert focused(client.get("/accounts/login/").content.decode()) == ["login"]
    again = log_in(client, cast.finance.user.email, password="wrong")
    assert focused(again.content.decode()) == ["password"]  # the address stands there already
    totp_for(cast.finance.user)
    asked = log_in(client, cast.finance.user.email)
    assert focused(client.get(asked["Location"]).content.decode()) == ["code"]
