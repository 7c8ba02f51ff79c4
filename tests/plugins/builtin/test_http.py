"""A request as a check or as work, against a server on loopback."""

from __future__ import annotations

import socket

import pytest

from tests.plugins.builtin.conftest import Site
from tests.plugins.builtin.kit import Home, only_problem, problems_of, until

ECHO = '[os]\ncmd = ["echo", "after"]\n'


def ask(url: str, *options: str) -> str:
    return "\n".join(["[http]", f'url = "{url}"', *options, ECHO])


def test_a_good_answer_lets_the_run_go_on(home: Home, site: Site) -> None:
    ran = home.play(ask(site.url + "/"))
    assert ran.ended()["status"] == "succeeded"
    assert "answered 200 in" in ran.log


def test_a_bad_status_fails_the_run_with_both_numbers(home: Home, site: Site) -> None:
    site.answers["/"] = (503, {}, b"")
    status, reason = home.outcome(ask(site.url + "/"))
    assert (status, reason) == ("failed", f"GET {site.url}/ answered 503, expected 200 to 299")


def test_as_a_condition_a_bad_status_skips_the_run_and_says_why(home: Home, site: Site) -> None:
    status, reason = home.outcome(ask(site.url + "/gone", 'mode = "condition"'))
    assert (status, reason) == ("skipped", f"http: GET {site.url}/gone answered 404, expected 200 to 299")


def test_a_condition_that_holds_asks_once(home: Home, site: Site) -> None:
    assert home.outcome(ask(site.url, 'mode = "condition"'))[0] == "succeeded"
    assert len(site.seen) == 1


def test_the_expected_statuses_are_the_ones_that_count(home: Home, site: Site) -> None:
    assert home.outcome(ask(site.url + "/gone", "expect = [404, 410]"))[0] == "succeeded"
    assert home.outcome(ask(site.url, "expect = [404, 410]"))[0] == "failed"


def test_method_headers_and_body_arrive(home: Home, site: Site) -> None:
    home.play(ask(site.url, 'method = "post"', 'headers = { X-Key = "k1" }', 'body = "grüße"'))
    method, _, headers, body = site.seen[0]
    assert (method, headers["X-Key"], body.decode()) == ("POST", "k1", "grüße")


def test_the_answer_must_contain_the_text(home: Home, site: Site) -> None:
    assert home.outcome(ask(site.url, 'contains = "all is well"'))[0] == "succeeded"
    assert "does not contain 'on fire'" in home.outcome(ask(site.url, 'contains = "on fire"'))[1]


def test_no_more_than_a_mebibyte_is_read(home: Home, site: Site) -> None:
    site.answers["/"] = (200, {}, b"x" * (3 << 20) + b"needle")
    reason = home.outcome(ask(site.url, 'contains = "needle"'))[1]
    assert reason.endswith("does not contain 'needle' in its first MiB")


def test_a_server_that_does_not_answer_fails_within_the_timeout(home: Home, site: Site) -> None:
    status, reason = home.outcome(ask(site.url + "/slow", "timeout = 0.3"))
    assert (status, reason) == ("failed", f"GET {site.url}/slow: no answer within 0.3 s")


def test_a_cancel_ends_a_request_that_waits(home: Home, site: Site) -> None:
    going = home.go(ask(site.url + "/slow", "timeout = 60"))
    until(lambda: site.seen)
    going.stop()
    assert going.ended()["status"] == "cancelled"


def test_nobody_at_the_address_is_told_in_words(home: Home) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        assert home.outcome(ask(url)) == ("failed", f"GET {url}: connection refused")


def test_a_redirect_is_followed(home: Home, site: Site) -> None:
    site.answers["/old"] = (302, {"Location": "/"}, b"")
    assert home.outcome(ask(site.url + "/old", 'contains = "all is well"'))[0] == "succeeded"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
def test_a_redirect_to_another_kind_of_address_is_not_followed(home: Home, site: Site, target: str) -> None:
    site.answers["/old"] = (302, {"Location": target}, b"")
    status, reason = home.outcome(ask(site.url + "/old"))
    assert status == "failed"
    assert "refused to follow a redirect from http to" in reason or "answered 302, expected" in reason


def test_a_redirect_to_another_host_takes_no_secrets_along(home: Home, site: Site) -> None:
    site.answers["/old"] = (302, {"Location": site.url.replace("127.0.0.1", "localhost")}, b"")
    home.play(ask(site.url + "/old", 'headers = { Authorization = "Bearer x", Accept = "text/plain" }'))
    first, second = (headers for _, _, headers, _ in site.seen)
    assert first["Authorization"] == "Bearer x"
    assert "Authorization" not in second
    assert second["Accept"] == "text/plain"


def test_what_may_be_a_key_is_not_told(home: Home, site: Site) -> None:
    ran = home.play(ask(site.url + "/gone?token=s3cret"))
    assert site.seen[0][1] == "/gone?token=s3cret"
    assert "s3cret" not in ran.log + ran.ended()["reason"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ('url = "ftp://host/"', "http.url: must be an http or https address"),
        ('url = "host/path"', "http.url: must be an http or https address"),
        ('url = "http://"', "http.url: must be an http or https address"),
        ('url = "http://host:99999/"', "http.url: is no address"),
        ('url = "http://me:secret@host/"', "http.url: holds a user name"),
        ('url = "http://host/a b"', "http.url: holds a space"),
        ('url = "http://host"\nmethod = "BREW"', "http.method: must be one of GET"),
        ('url = "http://host"\nexpect = [20]', "http.expect: holds a number that is no HTTP status"),
        ('url = "http://host"\ntimeout = 0', "http.timeout: must be above 0"),
        ('url = "http://host"\nheaders = { "a b" = "c" }', "http.headers: 'a b' is no name of a header"),
        ('url = "http://host"\nheaders = { X = "a\\r\\nB: c" }', "http.headers: X holds a character"),
        ('url = "http://host"\nmode = "both"', 'http.mode: must be "action" or "condition"'),
    ],
)
def test_wrong_options_are_refused_on_save(options: str, says: str) -> None:
    assert says in only_problem(f"[http]\n{options}\n")


def test_several_wrong_options_are_told_at_once() -> None:
    assert len(problems_of('[http]\nurl = "x"\nmethod = "BREW"\ntimeout = 0\n')) == 3
