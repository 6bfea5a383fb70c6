"""Addresses that nobody would type, and some would send: an answer in every case, never a server error."""

from urllib.parse import quote

import pytest
from django.test import Client

HUGE = "9" * 400
ODD = [
    "\x00",
    "²",
    HUGE,
    "-1",
    "%",
    "'; DROP TABLE events; --",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "../..",
    "<b>",
]
ADDRESSES = [
    "/live/?q={}", "/live/?source={}", "/live/?outcome={}", "/live/?type={}", "/live/?reason={}",
    "/live/rows/?after={}", "/receipts/?source={}", "/receipts/?period={}", "/receipts/?id={}", "/receipts/{}/",
    "/receipt/{}", "/sources/{}/", "/sources/{}/doctor/", "/sources/{}/waiting/", "/identity/conflicts/{}/",
    "/jobs/?status={}", "/sources/?archived={}", "/palette/?q={}",
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=[repr(value)[:12] for value in ODD])
def test_every_address_answers(browser: Client, value: str) -> None:
    for address in ADDRESSES:
        answer = browser.get(address.format(quote(value, safe="")))
        assert answer.status_code in (200, 302, 400, 404), (address, value, answer.status_code)
        assert "/signin/" not in answer.headers.get("Location", "")


def test_an_arrival_that_is_not_there(browser: Client) -> None:
    assert browser.get(f"/live/{HUGE}/").status_code == 404
    assert browser.get("/live/7777777/").status_code == 404
