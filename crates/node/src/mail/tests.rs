use super::{MailArguments, Refusal, Sender, transport_of, what_a_code_says};
use sillage_catalog::{Delivery, Mail, MailPart};

fn mail() -> Mail {
    Mail {
        id: "0190-x".to_owned(),
        project: None,
        kind: "test".to_owned(),
        about: None,
        to: "ada@courriel.example".to_owned(),
        reply_to: Some("team@courriel.example".to_owned()),
        subject: "Un café à 10 h ? 🙂".to_owned(),
        text: "Bonjour\n.\nÀ bientôt".to_owned(),
        html: Some("<p>Bonjour</p>".to_owned()),
        parts: Vec::new(),
        status: Delivery::Waiting,
        not_before: 0,
        not_after: 0,
        attempts: 0,
        last_error: None,
        created_at: 1_764_500_000_000,
        ended_at: None,
    }
}

fn written(mail: &Mail) -> String {
    let sender = Sender::new("smtp://localhost:2525", "Sillage <sillage@courriel.example>").unwrap();
    String::from_utf8(sender.message(mail).unwrap().formatted()).unwrap()
}

#[tokio::test]
async fn a_mail_is_the_same_each_time_and_says_who_wrote_it() {
    let text = written(&mail());
    for line in [
        "Message-ID: <0190-x@courriel.example>",
        "From: Sillage <sillage@courriel.example>",
        "To: ada@courriel.example",
        "Auto-Submitted: auto-generated",
        "Reply-To: team@courriel.example",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(text.contains("Date: Sun, 30 Nov 2025"), "{text}");
    assert!(text.is_ascii(), "{text}");
}

#[tokio::test]
async fn an_invitation_stands_beside_the_text_and_a_file_behind_it() {
    let part = |is_alternative| MailPart {
        name: "invite.ics".to_owned(),
        content_type: "text/calendar; method=REQUEST; charset=utf-8".to_owned(),
        text: "BEGIN:VCALENDAR".to_owned(),
        is_alternative,
    };
    let text = written(&Mail { parts: vec![part(true), part(false)], ..mail() });
    assert!(text.contains("multipart/mixed") && text.contains("multipart/alternative"), "{text}");
    assert!(text.contains("Content-Type: text/calendar; method=REQUEST"), "{text}");
    assert!(text.contains("Content-Disposition: attachment; filename=\"invite.ics\""), "{text}");
}

#[tokio::test]
async fn nothing_in_a_subject_becomes_a_header() {
    let text = written(&Mail { subject: "Hello\r\nBcc: eve@example.com".to_owned(), ..mail() });
    assert!(!text.lines().any(|line| line.starts_with("Bcc:")), "{text}");
}

#[tokio::test]
async fn an_address_of_a_mail_server_that_cannot_be_read_is_refused_without_showing_its_password() {
    for (url, wanted) in [
        ("mail.example.org:587", "smtp://"),
        ("http://user:hush@mail.example.org", "smtp://"),
        ("smtp://user:hush@mail.example.org/inbox", "ends after the port"),
        ("smtp://user:hush@mail.example.org?tls=maybe", "?tls=required"),
        ("smtps://user:hush@mail.example.org?tls=none", "with smtp://"),
        ("smtp:///", "mail server"),
    ] {
        let error = format!("{:#}", transport_of(url).err().unwrap_or_else(|| panic!("{url} was taken")));
        assert!(error.contains(wanted), "{url}: {error}");
        assert!(!error.contains("hush"), "{error}");
    }
    assert_eq!(transport_of("smtp://mail.example.org").unwrap().0, "mail.example.org:587");
    assert_eq!(transport_of("smtps://user:p%40ss@mail.example.org").unwrap().0, "mail.example.org:465");
}

#[tokio::test]
async fn mail_needs_a_sender_and_the_address_of_the_server() {
    let arguments = |from: Option<&str>| MailArguments { smtp: Some("smtp://localhost:25".to_owned()), from: from.map(str::to_owned) };
    let error = |arguments: MailArguments, url: Option<&str>| arguments.sender(url).unwrap_err().to_string();
    assert!(error(arguments(None), Some("https://s.example")).contains("--mail-from"));
    assert!(error(arguments(Some("a@b.example")), None).contains("--public-url"));
    assert!(error(arguments(Some("a@b@c")), Some("https://s.example")).contains("is no sender"));
    assert!(arguments(Some("Sillage <a@b.example>")).sender(Some("https://s.example")).unwrap().is_some());
    assert!(MailArguments { smtp: None, from: None }.sender(None).unwrap().is_none());
}

#[test]
fn a_refused_recipient_is_given_up_and_a_server_that_will_not_let_us_in_is_not() {
    assert_eq!(what_a_code_says(Some("550")), Refusal::OfMail);
    assert_eq!(what_a_code_says(Some("451")), Refusal::ForNow);
    for code in [Some("535"), Some("421"), Some("530"), None] {
        assert_eq!(what_a_code_says(code), Refusal::OfAll);
    }
}
