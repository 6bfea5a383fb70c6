"""What providers send, as their documentation shows it; ID stands for the delivery, GIVEN for what the provider called the mail.

Postmark: postmarkapp.com/developer/webhooks. SendGrid: "Event Webhook Reference". Mailgun: "Webhooks" and "Routes". Addresses
are the story's.
"""

from typing import Any

ADDRESS = "mia@fjord.example"
METADATA = {"delivery": "ID"}
POSTMARK: dict[str, dict[str, Any]] = {
    "delivered": {
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Recipient": ADDRESS,
        "DeliveredAt": "2026-11-20T11:30:00.0000000-00:00", "Details": "Test delivery webhook details", "Tag": "welcome",
        "ServerID": 23, "Metadata": METADATA, "RecordType": "Delivery", "MessageStream": "outbound",
    },
    "hard": {
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 4323372036854775807, "Type": "HardBounce", "TypeCode": 1,
        "Name": "Hard bounce", "Tag": "Test", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Metadata": METADATA,
        "ServerID": 23, "Description": "The server was unable to deliver your message (ex: unknown user).",
        "Details": "550 5.1.1 no such user", "Email": ADDRESS, "From": "sender@example.com",
        "BouncedAt": "2026-11-20T11:30:00Z", "DumpAvailable": True, "Inactive": True, "CanActivate": True,
        "Subject": "Test subject", "Content": "<Full dump of bounce>",
    },
    "soft": {
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 42, "Type": "SoftBounce", "TypeCode": 4096,
        "Name": "Soft bounce", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Metadata": METADATA, "ServerID": 23,
        "Description": "Unable to temporarily deliver message.", "Details": "452 mailbox full", "Email": ADDRESS,
        "From": "sender@example.com", "BouncedAt": "2026-11-20T11:30:00Z", "Inactive": False, "CanActivate": True,
    },
    "complained": {
        "RecordType": "SpamComplaint", "MessageStream": "outbound", "ID": 42, "Type": "SpamComplaint", "TypeCode": 100001,
        "Name": "Spam complaint", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "Metadata": METADATA, "ServerID": 23,
        "Description": "The subscriber explicitly marked this message as spam.", "Details": "", "Email": ADDRESS,
        "From": "sender@example.com", "BouncedAt": "2026-11-20T11:30:00Z", "Inactive": True, "CanActivate": False,
    },
    "opened": {
        "RecordType": "Open", "MessageStream": "outbound", "Metadata": METADATA, "FirstOpen": True, "Recipient": ADDRESS,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "ReceivedAt": "2026-11-20T11:30:00Z", "Platform": "WebMail",
        "ReadSeconds": 5, "Tag": "welcome", "UserAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0",
        "Geo": {"CountryISOCode": "NO", "IP": "84.208.0.1"},
    },
    "clicked": {
        "RecordType": "Click", "MessageStream": "outbound", "Metadata": METADATA, "Recipient": ADDRESS,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "ReceivedAt": "2026-11-20T11:30:00Z", "Platform": "Desktop",
        "ClickLocation": "HTML", "OriginalLink": "https://kestrel.example/order", "Tag": "welcome",
        "UserAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", "Geo": {"CountryISOCode": "NO", "IP": "84.208.0.1"},
    },
    "replied": {
        "FromName": "Mia Berg", "MessageStream": "inbound", "From": ADDRESS,
        "FromFull": {"Email": ADDRESS, "Name": "Mia Berg", "MailboxHash": ""}, "To": "answers@kestrel.example",
        "ToFull": [{"Email": "answers@kestrel.example", "Name": "", "MailboxHash": ""}], "Cc": "", "CcFull": [], "Bcc": "",
        "BccFull": [], "OriginalRecipient": "answers@kestrel.example", "Subject": "Re: New beans",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b", "ReplyTo": "", "MailboxHash": "",
        "Date": "Fri, 20 Nov 2026 12:30:00 +0100", "TextBody": "Do you have them decaf?", "HtmlBody": "",
        "StrippedTextReply": "Do you have them decaf?", "Tag": "",
        "Headers": [{"Name": "In-Reply-To", "Value": "<GIVEN@mtasv.net>"}, {"Name": "Message-ID", "Value": "<r-1@fjord.example>"}],
        "Attachments": [],
    },
}  # fmt: skip


def _sendgrid(event: str, **more: Any) -> list[dict[str, Any]]:
    return [{
        "email": ADDRESS, "timestamp": 1795174200, "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>", "event": event,
        "category": ["cat facts"], "sg_event_id": f"ev-{event}", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648",
        "delivery": "ID", **more,
    }]  # fmt: skip


SENDGRID: dict[str, Any] = {
    "delivered": _sendgrid("delivered", response="250 OK"),
    "hard": _sendgrid("bounce", reason="500 unknown recipient", status="5.0.0", type="bounce"),
    "soft": _sendgrid("bounce", reason="550 5.7.1 blocked by policy", status="5.7.1", type="blocked"),
    "complained": _sendgrid("spamreport"),
    "opened": _sendgrid("open", useragent="Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", ip="84.208.0.1"),
    "clicked": _sendgrid(
        "click", useragent="Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", ip="84.208.0.1",
        url="https://kestrel.example/order",
    ),
    "replied": {
        "headers": "In-Reply-To: <GIVEN>\nMessage-ID: <r-1@fjord.example>\nFrom: Mia Berg <mia@fjord.example>\n"
        "To: answers@kestrel.example\nSubject: Re: New beans\n",
        "from": "Mia Berg <mia@fjord.example>", "to": "answers@kestrel.example", "subject": "Re: New beans",
        "text": "Do you have them decaf?", "envelope": '{"to":["answers@kestrel.example"],"from":"mia@fjord.example"}',
        "charsets": '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"UTF-8"}', "attachments": "0", "SPF": "pass",
        "dkim": "{@fjord.example : pass}", "sender_ip": "10.0.0.1", "spam_score": "0.1", "spam_report": "",
    },
}  # fmt: skip


def _mailgun(event: str, **more: Any) -> dict[str, Any]:
    return {
        "signature": {"timestamp": "1795174200", "token": "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", "signature": "SIGN"},
        "event-data": {
            "event": event, "timestamp": 1795174200.0, "id": "DACSsAdVSeGpLid7TN03WA", "recipient": ADDRESS,
            "recipient-domain": "fjord.example", "log-level": "info", "tags": [], "campaigns": [],
            "user-variables": METADATA, "flags": {"is-routed": False, "is-authenticated": True, "is-test-mode": False},
            "message": {"headers": {"message-id": "20130503182626.18666.16540@kestrel.example"}, "size": 111}, **more,
        },
    }  # fmt: skip


MAILGUN: dict[str, Any] = {
    "delivered": _mailgun(
        "delivered", **{"delivery-status": {"code": 250, "message": "OK", "attempt-no": 1, "description": ""}}
    ),
    "hard": _mailgun(
        "failed", severity="permanent", reason="bounce",
        **{"delivery-status": {"code": 550, "message": "5.1.1 no such user", "attempt-no": 1, "description": ""}},
    ),
    "soft": _mailgun(
        "failed", severity="permanent", reason="generic",
        **{"delivery-status": {"code": 552, "message": "mailbox full", "attempt-no": 1, "description": ""}},
    ),
    "complained": _mailgun("complained"),
    "opened": _mailgun(
        "opened", ip="84.208.0.1", geolocation={"country": "NO", "region": "", "city": "Oslo"},
        **{"client-info": {"client-type": "browser", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"}},
    ),
    "clicked": _mailgun(
        "clicked", ip="84.208.0.1", url="https://kestrel.example/order",
        **{"client-info": {"client-type": "browser", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"}},
    ),
    "replied": {
        "recipient": "answers@kestrel.example", "sender": ADDRESS, "subject": "Re: New beans",
        "from": "Mia Berg <mia@fjord.example>", "body-plain": "Do you have them decaf?\n\n> New beans",
        "stripped-text": "Do you have them decaf?", "timestamp": "1795174200",
        "token": "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", "signature": "SIGN",
        "message-headers": '[["In-Reply-To", "<GIVEN>"], ["Message-Id", "<r-1@fjord.example>"], ["From", "Mia Berg <mia@fjord.example>"]]',
    },
}  # fmt: skip
EVERY = {"postmark": POSTMARK, "sendgrid": SENDGRID, "mailgun": MAILGUN}
