"""Signature Version 4 against AWS's published cases (aws-sig-v4-test-suite: get-vanilla, post-vanilla)."""

from datetime import UTC, datetime

import pytest

from pentad.platforms.channels.adapters.ses import signature


@pytest.mark.parametrize(
    ("method", "made"),
    [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ],
)
def test_the_published_cases(method: str, made: str) -> None:
    headers = signature(
        method, "https://example.amazonaws.com/", b"", datetime(2015, 8, 30, 12, 36, tzinfo=UTC), "AKIDEXAMPLE",
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service",
    )  # fmt: skip
    assert headers["X-Amz-Date"] == "20150830T123600Z"
    assert headers["Authorization"].endswith(f"Signature={made}")
