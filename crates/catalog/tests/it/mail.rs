use crate::World;
use sillage_catalog::{CatalogError, Delivery, MAIL_KEPT_MS, MailPart, NewMail, mail_address};

fn mail(to: &str) -> NewMail {
    NewMail { kind: "test", to: to.into(), subject: "Hello".into(), text: "Hello".into(), ..NewMail::default() }
}

#[tokio::test]
async fn a_mail_waits_is_tried_with_growing_pauses_and_is_sent_once() {
    let world = World::new().await;
    let catalog = &world.catalog;
    let id = catalog.queue_mail(&mail(" ada@courriel.example ")).await.unwrap();
    let due = catalog.due_mails(10).await.unwrap();
    assert_eq!((due.len(), due[0].to.as_str()), (1, "ada@courriel.example"));
    assert!(catalog.begin_mail(&due[0]).await.unwrap());
    // The attempt is written down: a program that ends here does not begin it again at once.
    assert!(catalog.due_mails(10).await.unwrap().is_empty());
    catalog.mail_failed(&id, "421 not now", false).await.unwrap();
    let state = catalog.mail_state().await.unwrap();
    assert_eq!((state.waiting, state.tried, state.failed, state.last_error.as_deref()), (1, 1, 0, Some("421 not now")));
    world.wait_ms(30_000);
    let due = catalog.due_mails(10).await.unwrap();
    assert_eq!((due.len(), due[0].attempts), (1, 1));
    assert!(catalog.begin_mail(&due[0]).await.unwrap());
    world.wait_ms(30_000);
    assert!(catalog.due_mails(10).await.unwrap().is_empty(), "the second pause is longer");
    catalog.mail_sent(&id).await.unwrap();
    world.wait_ms(60_000);
    assert!(catalog.due_mails(10).await.unwrap().is_empty());
    let sent = &catalog.latest_mails(5).await.unwrap()[0];
    assert_eq!((sent.status, sent.attempts, sent.last_error.clone()), (Delivery::Sent, 2, None));
    world.wait_ms(MAIL_KEPT_MS + 1);
    assert_eq!(catalog.forget_old_mails().await.unwrap(), 1);
    assert!(catalog.latest_mails(5).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_mail_whose_time_is_over_is_given_up_and_can_be_tried_again() {
    let world = World::new().await;
    let catalog = &world.catalog;
    let soon = NewMail { not_before: Some(world.now_ms() + 60_000), not_after: Some(world.now_ms() + 120_000), ..mail("ada@courriel.example") };
    let id = catalog.queue_mail(&soon).await.unwrap();
    assert!(catalog.due_mails(10).await.unwrap().is_empty());
    world.wait_ms(120_001);
    let due = catalog.due_mails(10).await.unwrap();
    assert!(!catalog.begin_mail(&due[0]).await.unwrap());
    assert_eq!(catalog.latest_mails(1).await.unwrap()[0].status, Delivery::Failed);
    assert_eq!(catalog.mail_state().await.unwrap().failed, 1);
    catalog.retry_mail(&id).await.unwrap();
    assert!(matches!(catalog.retry_mail(&id).await, Err(CatalogError::NotFound)));
    assert_eq!(catalog.due_mails(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn mails_about_something_are_taken_back() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let reminder = |project| NewMail { project: Some(project), about: Some("interview:1".into()), ..mail("ada@courriel.example") };
    catalog.queue_mail(&reminder(own)).await.unwrap();
    catalog.queue_mail(&reminder(other)).await.unwrap();
    assert_eq!(catalog.take_back_mails(own, "interview:1").await.unwrap(), 1);
    assert_eq!(catalog.due_mails(10).await.unwrap().len(), 1);
    catalog.forget_mails(other, "interview:1").await.unwrap();
    assert!(catalog.latest_mails(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_would_break_a_mail_is_refused_and_named() {
    let world = World::new().await;
    let field = async |mail: NewMail| match world.catalog.queue_mail(&mail).await {
        Err(CatalogError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    for to in [
        "",
        "ada",
        "ada@",
        "@courriel.example",
        "a@b@c",
        "ada@courriel.example\nBcc: eve@x.example",
        "ada@courriel.example, eve@x.example",
        "a b@c.example",
        "é@c.example",
        "<a@b.example>",
        "a..b@c.example",
        "a@-b.example",
    ] {
        assert_eq!(field(mail(to)).await, "to", "{to:?}");
        assert_eq!(mail_address(to), None, "{to:?}");
    }
    assert_eq!(field(NewMail { reply_to: Some("x".into()), ..mail("a@b.example") }).await, "reply_to");
    for subject in ["", "a\r\nBcc: eve@x.example", &"x".repeat(301)] {
        assert_eq!(field(NewMail { subject: subject.into(), ..mail("a@b.example") }).await, "subject", "{subject:?}");
    }
    assert_eq!(field(NewMail { text: "x".repeat(3 << 20), ..mail("a@b.example") }).await, "text");
    let part = MailPart { name: "a\nb".into(), content_type: "text/calendar".into(), text: String::new(), is_alternative: false };
    assert_eq!(field(NewMail { parts: vec![part], ..mail("a@b.example") }).await, "parts");
    for address in ["o'neil+shop@mail.courriel.example", "a@localhost", " x@y.example\t"] {
        assert!(mail_address(address).is_some(), "{address}");
    }
}
