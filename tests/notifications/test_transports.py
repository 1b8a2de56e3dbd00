"""How letters travel: over real sockets to servers on loopback that answer as real ones do."""

import json
import socket
import threading
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from notifications import signing
from notifications.answers import Refused, Temporary
from notifications.models import MailServer
from notifications.parcels import Parcel
from notifications.transports.chat import chat
from notifications.transports.mail import mail
from notifications.transports.webhook import webhook
from tests.kit.sink import Sink
from tests.notifications.mail_sink import MailSink


def parcel(to: str = "ada@denomas.example", **more: Any) -> Parcel:
    said = {"subject": "Grüße · 5 < 6", "text": "Hallo Ada\n", "html": "<p>Hallo Ada</p>"} | more
    return Parcel("the-key", to, at=datetime.now(UTC), **said)


def test_mail_arrives_with_text_html_and_the_headers_it_was_given(smtp: MailSink) -> None:
    with mail() as send:
        assert send(parcel(headers={"Message-ID": "<the-key@host>"})) == "The mail server took it."
    message = smtp.messages[0]
    assert (message["Subject"], message["Message-ID"]) == ("Grüße · 5 < 6", "<the-key@host>")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().strip() == "Hallo Ada"
    assert "<p>Hallo Ada</p>" in html.get_content()


def test_one_line_carries_many_letters(smtp: MailSink) -> None:
    with mail() as send:
        for number in range(5):
            send(parcel(f"reader{number}@denomas.example"))
    assert len(smtp.messages) == 5
    assert len(smtp.sessions) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"), [("550 no such user", Refused), ("451 greylisted", Temporary), ("452 full", Temporary)]
)
def test_a_refused_recipient_is_for_good_by_5xx_and_for_now_by_4xx(
    smtp: MailSink, reply: str, outcome: type[Exception]
) -> None:
    smtp.refuse = {"bad@denomas.example": reply}
    with mail() as send:
        with pytest.raises(outcome, match=reply[:3]):
            send(parcel("bad@denomas.example"))
        send(parcel("good@denomas.example"))
    assert len(smtp.messages) == 1


@pytest.mark.parametrize(("reply", "outcome"), [("554 spam", Refused), ("451 later", Temporary)])
def test_a_refused_text_is_for_good_by_5xx_and_the_next_letter_goes(
    smtp: MailSink, reply: str, outcome: type[Exception]
) -> None:
    smtp.at_data = reply
    with mail() as send:
        with pytest.raises(outcome, match=reply[:3]):
            send(parcel())
        smtp.at_data = "250 OK"
        send(parcel())
    assert len(smtp.messages) == 1


def test_a_server_that_refuses_us_parks_nobody(smtp: MailSink) -> None:
    smtp.at_sender = "550 who are you"
    with mail() as send, pytest.raises(Temporary, match="refuses us as sender: 550 who are you"):
        send(parcel())


def test_a_server_that_is_not_there_is_for_now_and_took_nothing(smtp: MailSink, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    with mail() as send, pytest.raises(Temporary, match="cannot be reached") as caught:
        send(parcel())
    assert not caught.value.maybe_taken


def test_silence_after_the_final_dot_may_have_delivered_it(settings: Any) -> None:
    def serve(server: socket.socket) -> None:
        line, _ = server.accept()
        line.sendall(b"220 hello\r\n")
        while data := line.recv(65536):
            if data.endswith(b"\r\n.\r\n"):
                line.close()
                return
            for part in data.split(b"\r\n")[:-1]:
                line.sendall(b"354 go on\r\n" if part.upper() == b"DATA" else b"250 OK\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "notifications.mailing.Backend"
        settings.MAIL_URL = f"smtp://127.0.0.1:{server.getsockname()[1]}"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        threading.Thread(target=serve, args=(server,), daemon=True).start()
        with mail() as send, pytest.raises(Temporary, match="broke") as caught:
            send(parcel())
    assert caught.value.maybe_taken


@pytest.mark.django_db
def test_a_server_from_the_settings_page_carries_mail_under_its_sender(smtp: MailSink, settings: Any) -> None:
    settings.MAIL_URL = ""
    MailServer.objects.create(
        pk=1, host="127.0.0.1", port=smtp.port, security="none", sender="Sitrep <sitrep@denomas.example>"
    )
    with mail() as send:
        send(parcel())
    assert smtp.messages[0]["From"] == "Sitrep <sitrep@denomas.example>"


def test_a_webhook_is_signed_so_that_another_implementation_verifies_it(sink: Sink) -> None:
    secret = signing.new_secret()
    with webhook() as send:
        said = send(
            parcel(
                sink.url, body='{"type":"incident.confirmed","data":{"title":"Zahlung schlägt fehl"}}', secret=secret
            )
        )
    headers, body = sink.arrived[0]
    assert said == "Answered 204 No Content"
    assert headers["webhook-id"] == "the-key"
    verified = Webhook(secret).verify(body, headers)
    assert verified["data"]["title"] == "Zahlung schlägt fehl"


@pytest.mark.parametrize("status", [301, 400, 404, 500, 502])
def test_any_other_answer_than_2xx_is_tried_again(sink: Sink, status: int) -> None:
    sink.answers = [(status, {"Location": sink.url}, b"nope")]
    with webhook() as send, pytest.raises(Temporary, match=f"Answered {status} .*: nope") as caught:
        send(parcel(sink.url, secret=signing.new_secret()))
    assert caught.value.after is None
    assert len(sink.arrived) == 1


def test_gone_is_gone(sink: Sink) -> None:
    sink.answers = [(410, {}, b"")]
    with webhook() as send, pytest.raises(Refused) as caught:
        send(parcel(sink.url, secret=signing.new_secret()))
    assert caught.value.is_gone


def test_too_many_requests_names_the_wait_in_seconds_or_as_a_date(sink: Sink) -> None:
    later = datetime.now(UTC) + timedelta(seconds=100)
    sink.answers = [(429, {"Retry-After": "17"}, b""), (503, {"Retry-After": format_datetime(later, usegmt=True)}, b""),
                    (429, {"Retry-After": "soon"}, b"")]  # fmt: skip
    waits = []
    with ExitStack() as stack:
        send = stack.enter_context(webhook())
        for _ in range(3):
            with pytest.raises(Temporary) as caught:
                send(parcel(sink.url, secret=signing.new_secret()))
            waits.append(caught.value.after)
    assert waits[0] == timedelta(seconds=17)
    assert waits[1] is not None
    assert 40 < waits[1].total_seconds() <= 100
    assert waits[2] is None


def test_a_private_address_is_refused_for_good(settings: Any) -> None:
    settings.EGRESS_ALLOWED_NETWORKS = []
    with webhook() as send, pytest.raises(Refused, match="not a public address"):
        send(parcel("https://127.0.0.1/hook", secret=signing.new_secret()))


def test_a_chat_gets_one_text_that_calls_nobody_and_links_nowhere_else(sink: Sink) -> None:
    with chat() as send:
        send(parcel(sink.url, subject="S2 <!channel>", text="@here & <https://evil.example|click>"))
    text = json.loads(sink.arrived[0][1])["text"]
    assert text == "*S2 &lt;!channel&gt;*\n@\u200bhere &amp; &lt;https://evil.example|click&gt;"
