"""What providers send, as their documentation shows it; ID stands for the delivery, GIVEN for what the provider called the mail.
Addresses are the story's.

- Postmark: postmarkapp.com/developer/webhooks (delivery, bounce, spam complaint, open, click, inbound).
- SendGrid: twilio.com/docs/sendgrid, “Event Webhook Reference” and “Inbound Email Parse Webhook”.
- Mailgun: documentation.mailgun.com, “Webhook Payloads” and “Receive, Forward and Store Messages”.
- Brevo: developers.brevo.com/docs/transactional-webhooks and /inbound-parse-webhooks; as anymail's tests caught them live.
- Resend: resend.com/docs/webhooks/event-types, /emails/received and /changelog/message-id-for-sent-emails.
- Amazon SES: docs.aws.amazon.com/ses/latest/dg/notification-examples.html and event-publishing-retrieving-sns-examples.html.
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

SUBSCRIPTION = {
    "RecordType": "SubscriptionChange", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483", "ServerID": 23,
    "MessageStream": "outbound", "ChangedAt": "2026-11-20T11:30:00Z", "Recipient": ADDRESS, "SuppressSending": True,
    "Tag": "welcome-email", "Metadata": METADATA,
}  # fmt: skip


def sendgrid_said(event: str, **more: Any) -> list[dict[str, Any]]:
    return [{
        "email": ADDRESS, "timestamp": 1795174200, "smtp-id": "<14c5d75ce93.dfd.64b469@ismtpd-555>", "event": event,
        "category": ["cat facts"], "sg_event_id": f"ev-{event}", "sg_message_id": "14c5d75ce93.dfd.64b469.filter0001.16648",
        "delivery": "ID", **more,
    }]  # fmt: skip


SENDGRID: dict[str, Any] = {
    "named": sendgrid_said("processed"),
    "delivered": sendgrid_said("delivered", response="250 OK"),
    "hard": sendgrid_said("bounce", reason="500 unknown recipient", status="5.0.0", type="bounce"),
    "soft": sendgrid_said("bounce", reason="550 5.7.1 blocked by policy", status="5.7.1", type="blocked"),
    "complained": sendgrid_said("spamreport"),
    "opened": sendgrid_said("open", useragent="Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", ip="84.208.0.1"),
    "clicked": sendgrid_said(
        "click", useragent="Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0", ip="84.208.0.1",
        url="https://kestrel.example/order",
    ),
    "replied": {
        "headers": "In-Reply-To: <14c5d75ce93.dfd.64b469@ismtpd-555>\nMessage-ID: <r-1@fjord.example>\nFrom: Mia Berg <mia@fjord.example>\n"
        "To: answers@kestrel.example\nSubject: Re: New beans\n",
        "from": "Mia Berg <mia@fjord.example>", "to": "answers@kestrel.example", "subject": "Re: New beans",
        "text": "Do you have them decaf?", "envelope": '{"to":["answers@kestrel.example"],"from":"mia@fjord.example"}',
        "charsets": '{"to":"UTF-8","subject":"UTF-8","from":"UTF-8","text":"UTF-8"}', "attachments": "0", "SPF": "pass",
        "dkim": "{@fjord.example : pass}", "sender_ip": "10.0.0.1", "spam_score": "0.1", "spam_report": "",
    },
}  # fmt: skip


def mailgun_said(event: str, **more: Any) -> dict[str, Any]:
    return {
        "signature": {"timestamp": "1795174200", "token": "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", "signature": "SIGN"},
        "event-data": {
            "event": event, "timestamp": 1795174200.0, "id": "DACSsAdVSeGpLid7TN03WA", "recipient": ADDRESS,
            "recipient-domain": "fjord.example", "recipient-provider": "Other", "log-level": "info", "tags": [], "campaigns": [],
            "account": {"id": "1234567890303a4bd1f33898"}, "domain": {"name": "kestrel.example"},
            "user-variables": METADATA, "flags": {"is-routed": False, "is-authenticated": True, "is-test-mode": False},
            "message": {"headers": {"message-id": "20130503182626.18666.16540@kestrel.example"}, "size": 111}, **more,
        },
    }  # fmt: skip


MAILGUN: dict[str, Any] = {
    "delivered": mailgun_said(
        "delivered", **{"delivery-status": {"code": 250, "message": "OK", "attempt-no": 1, "description": ""}}
    ),
    "hard": mailgun_said(
        "failed", severity="permanent", reason="bounce",
        **{"delivery-status": {
            "attempt-no": 1, "code": 550, "message": "5.5.0 Requested action not taken: mailbox unavailable", "description": None,
            "enhanced-code": "5.5.0", "mx-host": "802679870.pamx1.hotmail.com", "bounce-type": "hard",
        }},
    ),
    "soft": mailgun_said(
        "failed", severity="permanent", reason="bounce",
        **{"delivery-status": {"code": 552, "message": "5.2.2 mailbox full", "attempt-no": 1, "bounce-type": "soft"}},
    ),
    "complained": mailgun_said("complained"),
    "opened": mailgun_said(
        "opened", ip="84.208.0.1", geolocation={"country": "NO", "region": "", "city": "Oslo"},
        **{"client-info": {"client-type": "browser", "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0"}},
    ),
    "clicked": mailgun_said(
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


def brevo_said(event: str, **more: Any) -> dict[str, Any]:
    return {
        "event": event, "email": ADDRESS, "id": 9999999, "date": "2026-11-20 12:30:00", "ts": 1795174200,
        "message-id": "<201803062010.27287306012@smtp-relay.mailin.fr>", "ts_event": 1795174200, "ts_epoch": 1795174200000,
        "subject": "New beans", "X-Mailin-custom": '{"delivery": "ID"}', "sending_ip": "203.0.113.7", "template_id": 22,
        "tags": ["transac_messages"], **more,
    }  # fmt: skip


BREVO: dict[str, Any] = {
    "delivered": brevo_said("delivered"),
    "hard": brevo_said("hard_bounce", reason=" RecipientError: 550 5.5.0 Requested action not taken: mailbox unavailable."),
    "soft": [brevo_said("soft_bounce", reason="undefined Unable to find MX of domain fjord.example")],  # a batch
    "complained": brevo_said("spam"),
    "opened": brevo_said("unique_opened"),
    "clicked": brevo_said("click", link="https://kestrel.example/order"),
    "replied": {"items": [{
        "Uuid": ["d9d9b9d9-2d9d-4d9d-8d9d-9d9d9d9d9d9d"], "MessageId": "<r-1@fjord.example>", "InReplyTo": "GIVEN",
        "From": {"Name": "Mia Berg", "Address": ADDRESS}, "To": [{"Name": None, "Address": "answers@kestrel.example"}],
        "Subject": "Re: New beans", "SpamScore": 2.9, "ExtractedMarkdownMessage": "Do you have them decaf?  \n",
        "RawHtmlBody": "", "RawTextBody": "Do you have them decaf?\r\n\r\n> New beans",
        "Attachments": [{"Name": "cup.png", "ContentType": "image/png", "DownloadToken": "x", "ContentID": "", "ContentLength": 9}],
        "Headers": {"In-Reply-To": "GIVEN", "Message-ID": "<r-1@fjord.example>", "Subject": "Re: New beans"},
    }]},
}  # fmt: skip


def resend_said(event: str, **more: Any) -> dict[str, Any]:
    return {
        "type": f"email.{event}", "created_at": "2026-11-20T11:30:00.126Z",
        "data": {
            "broadcast_id": None, "created_at": "2026-11-20T11:29:11.894719+00:00", "from": "Kestrel <hello@kestrel.example>",
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "to": [ADDRESS], "subject": "New beans",
            "message_id": "<111-222-333@email.example.com>", "tags": METADATA, **more,
        },
    }  # fmt: skip


RESEND: dict[str, Any] = {
    "named": resend_said("sent"),
    "delivered": resend_said("delivered"),
    "hard": resend_said("bounced", bounce={
        "message": "The recipient's email address is on the suppression list because it has a recent history of producing"
        " hard bounces.", "subType": "Suppressed", "type": "Permanent",
    }),
    "soft": resend_said("bounced", bounce={
        "message": "The recipient's email provider sent a bounce message because the recipient's inbox was full.",
        "subType": "MailboxFull", "type": "Transient",
    }),
    "complained": resend_said("complained"),
    "opened": resend_said("opened"),
    "clicked": resend_said("clicked", click={
        "ipAddress": "84.208.0.1", "link": "https://kestrel.example/order", "timestamp": "2026-11-20T11:30:00.126Z",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0",
    }),
    "replied": {
        "type": "email.received", "created_at": "2026-11-20T11:30:00.126Z", "data": {
            "email_id": "56761188/7520", "created_at": "2026-11-20T11:30:00.126Z", "from": "Mia Berg <mia@fjord.example>",
            "to": ["answers@kestrel.example"], "bcc": [], "cc": [], "message_id": "<r-1@fjord.example>",
            "subject": "Re: New beans", "attachments": [],
        },
    },
}  # fmt: skip
RESEND_MAIL = {
    "object": "email", "id": "56761188/7520", "to": ["answers@kestrel.example"], "from": "Mia Berg <mia@fjord.example>",
    "subject": "Re: New beans", "html": "<p>Do you have them decaf?</p>", "text": "Do you have them decaf?",
    "headers": {"in-reply-to": "<111-222-333@email.example.com>", "message-id": "<r-1@fjord.example>"}, "message_id": "<r-1@fjord.example>",
    "raw": {"download_url": "https://inbound-cdn.example/raw", "expires_at": "2026-11-21T11:30:00.126Z"},
    "attachments": [{"id": "a", "filename": "cup.png", "content_type": "image/png", "download_url": "https://cdn.example/a"}],
}  # fmt: skip
"""What its API says of a mail that came in."""
EVERY = {"postmark": POSTMARK, "sendgrid": SENDGRID, "mailgun": MAILGUN, "brevo": BREVO, "resend": RESEND}
SES: dict[str, Any] = {
    "mail": {
        "timestamp": "2026-11-20T11:29:00.000Z", "source": "hello@kestrel.example", "messageId": "GIVEN",
        "sourceArn": "arn:aws:ses:eu-west-1:888888888888:identity/kestrel.example", "sendingAccountId": "123456789012",
        "destination": [ADDRESS],
    },
}  # fmt: skip
SES_BOUNCE = {
    "bounceType": "Permanent", "bounceSubType": "General", "reportingMTA": "dns; email.example.com",
    "timestamp": "2026-11-20T11:30:00.000Z", "feedbackId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa068a-000000",
    "remoteMtaIp": "127.0.2.0", "bouncedRecipients": [{
        "emailAddress": ADDRESS, "status": "5.1.1", "action": "failed",
        "diagnosticCode": "smtp; 550 5.1.1 <mia@fjord.example>... User",
    }],
}  # fmt: skip
SES_COMPLAINT = {
    "userAgent": "AnyCompany Feedback Loop (V0.01)", "complainedRecipients": [{"emailAddress": ADDRESS}],
    "complaintFeedbackType": "abuse", "arrivalDate": "2026-11-20T11:30:00.000Z", "timestamp": "2026-11-20T11:30:00.000Z",
    "feedbackId": "000001378603177f-18c07c78-fa81-4a58-9dd1-fedc3cb8f49a-000000",
}  # fmt: skip
SES_RECEIVED = {
    "notificationType": "Received", "receipt": {"action": {"type": "SNS", "topicArn": "arn:aws:sns:x", "encoding": "UTF-8"}},
    "mail": {"timestamp": "2026-11-20T11:30:00.000Z", "source": ADDRESS, "messageId": "r-1", "destination": []},
    "content": "From: Mia Berg <mia@fjord.example>\r\nTo: answers@kestrel.example\r\nSubject: Re: New beans\r\n"
    "In-Reply-To: <GIVEN@eu-west-1.amazonses.com>\r\n\r\nDo you have them decaf?\r\n",
}  # fmt: skip
