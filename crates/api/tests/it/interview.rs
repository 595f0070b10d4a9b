use crate::world::{Answer, As, World};
use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use sillage_api::{MailBy, Options};
use sillage_catalog::{Catalog, NewInterview, NewInterviewStudy, Role};
use sillage_event::ProjectId;

pub(crate) fn definition() -> Value {
    let week: Vec<Value> = (1..=7).map(|weekday| json!({"weekday": weekday, "from": "09:00", "to": "11:00"})).collect();
    json!({
        "goal": "Why people give up", "minutes": 30, "meeting_url": "https://meet.example/abc", "timezone": "Europe/Paris", "availability": week,
        "host": {"name": "Ada", "email": "ada@courriel.example"}, "consent": {"en": "We talk about <b>mail</b>.", "fr": "Nous parlons de mails."},
        "observers": [{"name": "Bo", "role": "designer"}],
        "screener": [{"text": {"en": "Do you sort mails?", "fr": "Triez-vous vos mails ?"}, "choices": [
            {"text": {"en": "Yes", "fr": "Oui"}, "passes": true}, {"text": {"en": "No", "fr": "Non"}, "passes": false}]}],
    })
}

/// A study with somebody in it.
pub(crate) async fn kept(world: &World, project: ProjectId) -> (String, String) {
    let new = NewInterviewStudy { title: "Sorting".into(), definition: definition(), host_email: "ada@courriel.example".into() };
    let study = world.catalog.create_interview_study(project, &new, "test").await.unwrap().id;
    let id = Catalog::new_interview_id();
    let guest = NewInterview { email: "zoe@example.org".into(), source: "pasted".into(), ..NewInterview::default() };
    world.catalog.add_interview(project, &study, &id, &guest, "test", |_| Vec::new()).await.unwrap();
    (study, id)
}

async fn page(world: &World, path: &str) -> Answer {
    world.send(Request::builder().uri(path).body(Body::empty()).unwrap()).await
}

async fn send(world: &World, path: &str, form: &str) -> Answer {
    let request = Request::builder().method("POST").uri(path).header("content-type", "application/x-www-form-urlencoded");
    world.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

/// An open study, and the links of people who were invited to it.
async fn opened(world: &World, editor: &As, change: impl Fn(&mut Value), emails: &[&str]) -> (String, Vec<String>) {
    let mut definition = definition();
    change(&mut definition);
    let made = world.post(&world.path("/interviews"), editor, json!({"title": "Sorting", "definition": definition})).await.expect(200).json;
    let path = world.path(&format!("/interviews/{}", made["id"].as_str().unwrap()));
    world.call("PUT", &format!("{path}/status"), editor, Some(json!({"status": "open"}))).await.expect(200);
    let people: Vec<Value> = emails.iter().map(|email| json!({"email": email, "language": "en"})).collect();
    let mut links = Vec::new();
    if !people.is_empty() {
        let invited = world.post(&format!("{path}/participants"), editor, json!({"people": people, "source": "pasted"})).await.expect(200).json;
        for one in invited["invited"].as_array().unwrap() {
            let whole = world.get(&format!("{path}/participants/{}", one["id"].as_str().unwrap()), editor).await.expect(200).json;
            links.push(whole["path"].as_str().unwrap().to_owned());
        }
    }
    (path, links)
}

/// The times that a page offers.
fn starts(page: &Answer) -> Vec<String> {
    page.text.split("name=\"start\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

const AGREES: &str = "do=answer&name=Zo%C3%A9&q0=0&talk=yes&quote=yes";

#[tokio::test]
async fn a_guest_agrees_books_moves_and_cancels() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let (path, links) = opened(&world, &editor, |_| {}, &["Zoe@Example.org"]).await;
    let link = &links[0];
    let first = page(&world, link).await.expect(200);
    assert!(first.text.contains("We talk about &lt;b&gt;mail&lt;/b&gt;.") && first.text.contains("Bo (designer)"), "{}", first.text);
    assert_eq!((first.header("set-cookie"), first.header("x-robots-tag"), first.header("referrer-policy")), ("", "noindex, nofollow", "no-referrer"));
    assert!(first.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(page(&world, &format!("{link}?lang=fr")).await.expect(200).text.contains("Nous parlons de mails."));

    // Without the consent, or an answer, nothing goes on.
    assert!(send(&world, link, "do=answer&name=Zo&q0=0").await.expect(200).text.contains("you have to agree"));
    assert!(send(&world, link, "do=answer&name=Zo&talk=yes").await.expect(200).text.contains("Answer every question"));
    assert!(send(&world, link, "do=answer&name=Zo&q0=7&talk=yes").await.expect(200).text.contains("Answer every question"));
    assert!(send(&world, link, "do=book&start=1760086800000").await.expect(200).text.contains("you agree to"), "no time before the consent");
    send(&world, link, AGREES).await.expect(303);

    let picker = page(&world, &format!("{link}?tz=Asia/Kathmandu")).await.expect(200);
    // Nine in Paris in October is a quarter to one in Nepal.
    assert!(picker.text.contains("12:45") && picker.text.contains("<option value=\"Asia/Kathmandu\" selected>"), "{}", picker.text);
    let free = starts(&picker);
    send(&world, link, &format!("do=book&start={}&tz=Asia%2FKathmandu", free[0])).await.expect(303);
    let booked = page(&world, link).await.expect(200);
    assert!(booked.text.contains("It is booked") && booked.text.contains("(Asia/Kathmandu)") && booked.text.contains("https://meet.example/abc"));
    let calendar = page(&world, &format!("{link}/invite.ics")).await.expect(200);
    assert!(
        calendar.header("content-type").starts_with("text/calendar")
            && calendar.text.contains("METHOD:REQUEST\r\n")
            && calendar.text.contains("SEQUENCE:1\r\n")
    );

    let participants = world.get(&format!("{path}/participants"), &editor).await.expect(200).json;
    let who = &participants["participants"][0];
    assert_eq!((&who["status"], &who["name"], &who["email"]), (&json!("booked"), &json!("Zoé"), &json!("zoe@example.org")));
    assert_eq!(
        who["consent"].as_object().unwrap().iter().filter(|(name, _)| *name != "at").map(|(_, value)| value.clone()).collect::<Vec<_>>(),
        [json!(true), json!(false), json!(true), json!(1)]
    );

    send(&world, &format!("{link}?change=1"), &format!("do=book&start={}&tz=UTC", free[1])).await.expect(303);
    assert!(page(&world, &format!("{link}/invite.ics")).await.text.contains("SEQUENCE:2\r\n"));
    send(&world, link, "do=cancel").await.expect(303);
    let cancelled = page(&world, link).await.expect(200);
    assert!(cancelled.text.contains("The talk is cancelled") && !cancelled.text.contains("invite.ics"));
    // The time is free again, for the same guest as well.
    assert!(starts(&page(&world, &format!("{link}?change=1")).await).contains(&free[1]));

    // Once it took place, the link says so.
    let id = who["id"].as_str().unwrap();
    world.call("PUT", &format!("{path}/participants/{id}/status"), &editor, Some(json!({"status": "done"}))).await.expect(200);
    assert!(page(&world, link).await.expect(200).text.contains("This link was used"));
    assert!(send(&world, link, AGREES).await.expect(200).text.contains("This link was used"));
    let log: Vec<String> = world.catalog.audit(Some(world.project.id), None, 50).await.unwrap().into_iter().map(|entry| entry.action).collect();
    for action in
        ["interview.create", "interview.status", "interview.invite", "interview.consent", "interview.book", "interview.cancel", "interview.participant"]
    {
        assert!(log.iter().any(|one| one == action), "{action} in {log:?}");
    }
}

#[tokio::test]
async fn two_windows_that_book_one_time_get_one_talk() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let (_, links) = opened(&world, &editor, |_| {}, &["a@example.org", "b@example.org"]).await;
    for link in &links {
        send(&world, link, AGREES).await.expect(303);
    }
    let start = starts(&page(&world, &links[0]).await)[0].clone();
    let form = format!("do=book&start={start}&tz=UTC");
    let (one, other) = tokio::join!(send(&world, &links[0], &form), send(&world, &links[1], &form));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    let beaten = if one.status.as_u16() == 409 { one } else { other };
    assert!(beaten.text.contains("Somebody just took this time") && !starts(&beaten).contains(&start) && !starts(&beaten).is_empty());
    // A time that never was free is another matter.
    let never = send(&world, &links[0], "do=book&start=1760086860000&tz=UTC").await.expect(409);
    assert!(never.text.contains("can no longer be picked"), "{}", never.text);
}

#[tokio::test]
async fn a_study_that_is_not_open_takes_nobody_in() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let (path, links) = opened(&world, &editor, |_| {}, &["a@example.org"]).await;
    let study = world.get(&path, &editor).await.expect(200).json;
    let recruit = study["recruit_path"].as_str().unwrap();
    assert!(page(&world, recruit).await.expect(200).text.contains("type=\"email\""));
    world.call("PUT", &format!("{path}/status"), &editor, Some(json!({"status": "paused"}))).await.expect(200);
    for link in [recruit, &links[0]] {
        assert!(page(&world, link).await.expect(200).text.contains("No places right now"));
        assert!(send(&world, link, &format!("{AGREES}&email=c@example.org")).await.expect(200).text.contains("No places right now"));
    }
    // A link that was changed, cut or guessed opens nothing.
    for token in ["x", "cA.AAAAAAAAAAAAAAAAAAAAAA", &recruit[11..recruit.len() - 1], &format!("{}A", &links[0][11..])] {
        page(&world, &format!("/interview/{token}")).await.expect(404);
    }
    // Nothing missing may stand in the way of opening.
    let draft = world.post(&world.path("/interviews"), &editor, json!({"title": "Empty", "definition": {}})).await.expect(200).json;
    assert_eq!(draft["problems"].as_array().unwrap().len(), 5);
    let refused =
        world.call("PUT", &world.path(&format!("/interviews/{}/status", draft["id"].as_str().unwrap())), &editor, Some(json!({"status": "open"}))).await;
    assert_eq!((refused.status.as_u16(), &refused.json["error"]["field"]), (409, &json!("definition.availability")));
    for (field, change) in [
        ("definition.minutes", json!({"minutes": 31})),
        ("definition.timezone", json!({"timezone": "Mars/Olympus"})),
        ("definition.meeting_url", json!({"meeting_url": "javascript:alert(1)"})),
        ("definition.availability[0]", json!({"availability": [{"weekday": 1, "from": "12:00", "to": "09:00"}]})),
        ("definition.colour", json!({"colour": "red"})),
        ("definition.host.email", json!({"host": {"email": "a@b.example\r\nBcc: c@d.example"}})),
    ] {
        let refused = world.post(&world.path("/interviews"), &editor, json!({"title": "Wrong", "definition": change})).await.expect(400);
        assert_eq!(refused.json["error"]["field"], json!(field), "{}", refused.text);
    }
}

#[tokio::test]
async fn strangers_come_by_the_link_of_the_study_and_may_wait_for_approval() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let (path, _) = opened(&world, &editor, |definition| definition["approval"] = json!("manual"), &[]).await;
    let recruit = world.get(&path, &editor).await.json["recruit_path"].as_str().unwrap().to_owned();
    let no = send(&world, &recruit, "do=answer&name=No&email=no@example.org&q0=1&talk=yes").await.expect(303);
    assert!(page(&world, no.header("location")).await.expect(200).text.contains("other situations"));
    let yes = send(&world, &recruit, &format!("{AGREES}&email=yes@example.org")).await.expect(303);
    let link = yes.header("location").to_owned();
    assert!(page(&world, &link).await.expect(200).text.contains("we look at your answers"));
    assert!(send(&world, &recruit, &format!("{AGREES}&email=YES@example.org")).await.expect(200).text.contains("takes part already"));
    let participants = world.get(&format!("{path}/participants"), &editor).await.json["participants"].as_array().unwrap().clone();
    let waiting = participants.iter().find(|one| one["status"] == "waiting").unwrap();
    let place = format!("{path}/participants/{}", waiting["id"].as_str().unwrap());
    world.call("PUT", &format!("{place}/status"), &editor, Some(json!({"status": "done"}))).await.expect(409);
    world.call("PUT", &format!("{place}/status"), &editor, Some(json!({"status": "invited"}))).await.expect(200);
    assert!(!starts(&page(&world, &link).await.expect(200)).is_empty());
}

#[tokio::test]
async fn the_hosts_calendar_keeps_times_free() {
    let world = World::new().await;
    let editor = world.member(Role::Editor).await;
    let (path, links) = opened(&world, &editor, |_| {}, &["a@example.org"]).await;
    send(&world, &links[0], AGREES).await.expect(303);
    let before = starts(&page(&world, &links[0]).await).len();
    let refused = world.call("PUT", &format!("{path}/busy"), &editor, Some(json!({"name": "a.ics", "ics": "<html>"}))).await.expect(400);
    assert_eq!(refused.json["error"]["field"], "ics");
    let file = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Europe/Paris:20251001T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR\n";
    let study = world.call("PUT", &format!("{path}/busy"), &editor, Some(json!({"name": "ada.ics", "ics": file}))).await.expect(200).json;
    assert_eq!((&study["busy"]["name"], &study["busy"]["unread"], &study["busy"]["reasons"][0]["line"]), (&json!("ada.ics"), &json!(1), &json!(7)));
    let after = page(&world, &links[0]).await;
    assert!(!after.text.contains("09:00") && after.text.contains("10:00") && starts(&after).len() < before);
    world.call("DELETE", &format!("{path}/busy"), &editor, None).await.expect(204);
    assert_eq!(starts(&page(&world, &links[0]).await).len(), before);
}

#[tokio::test]
async fn letters_go_with_the_booking_and_everything_of_somebody_can_be_deleted() {
    let mail = MailBy { server: "localhost:25".into(), from: "sillage@courriel.example".into() };
    let world = World::with(Options { mail: Some(mail), public_url: Some("http://sillage.test/".into()), ..Options::default() }).await;
    let editor = world.member(Role::Editor).await;
    let (path, links) = opened(&world, &editor, |_| {}, &["a@example.org"]).await;
    let waiting = async || {
        let mut mails = world.catalog.latest_mails(50).await.unwrap();
        mails.sort_by(|a, b| a.kind.cmp(&b.kind));
        mails
    };
    let mails = waiting().await;
    assert_eq!(mails.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect::<Vec<_>>(), [("interview_invitation", "a@example.org")]);
    assert!(mails[0].text.contains(&format!("http://sillage.test{}", links[0])), "{}", mails[0].text);
    assert_eq!(mails[0].reply_to.as_deref(), Some("ada@courriel.example"));
    send(&world, &links[0], AGREES).await.expect(303);
    let free = starts(&page(&world, &links[0]).await);
    let last = free.last().unwrap().clone();
    send(&world, &links[0], &format!("do=book&start={last}&tz=Europe%2FParis")).await.expect(303);
    let kinds = |mails: &[sillage_catalog::Mail]| mails.iter().map(|mail| mail.kind.clone()).collect::<Vec<_>>();
    let mails = waiting().await;
    assert_eq!(kinds(&mails), ["interview_booked", "interview_host", "interview_reminder_day", "interview_reminder_hour"]);
    assert!(mails[0].parts[0].text.contains("METHOD:REQUEST") && mails[0].parts[0].is_alternative);
    assert_eq!(mails[3].not_before, last.parse::<i64>().unwrap() - 3_600_000);
    // Another time takes the place of the letters that wait.
    send(&world, &format!("{}?change=1", links[0]), &format!("do=book&start={}&tz=Europe%2FParis", free[0])).await.expect(303);
    assert!(waiting().await.iter().all(|mail| mail.not_before != last.parse::<i64>().unwrap() - 3_600_000));
    send(&world, &links[0], "do=cancel").await.expect(303);
    let mails = waiting().await;
    assert_eq!(kinds(&mails), ["interview_cancelled", "interview_host"]);
    assert!(mails[0].parts[0].text.contains("METHOD:CANCEL"));

    let participants = world.get(&format!("{path}/participants"), &editor).await.json;
    let place = format!("{path}/participants/{}", participants["participants"][0]["id"].as_str().unwrap());
    let note = json!({"text": "Sorts by sender", "tags": ["sorting"], "at_ms": 61_000, "to_ms": 90_000, "is_highlight": true});
    world.post(&format!("{place}/notes"), &editor, note).await.expect(200);
    world.post(&format!("{place}/notes"), &editor, json!({"text": "x", "at_ms": 5, "to_ms": 1})).await.expect(400);
    let upload = Request::builder()
        .method("POST")
        .uri(format!("{place}/files?name=talk%20%C3%A9.webm&kind=recording"))
        .header("content-type", "application/octet-stream");
    let As::Cookie(cookie) = &editor else { panic!("an editor signs in") };
    let file = world.send(upload.header("cookie", cookie).body(Body::from("bytes of a film")).unwrap()).await.expect(200).json;
    assert_eq!((&file["name"], &file["bytes"]), (&json!("talk é.webm"), &json!(15)));
    let file = format!("{place}/files/{}", file["id"].as_str().unwrap());
    world.get(&file, &As::Nobody).await.expect(401);
    let given = world.get(&file, &editor).await.expect(200);
    assert_eq!((given.text.as_str(), given.header("content-disposition")), ("bytes of a film", "attachment; filename*=UTF-8''talk%20%C3%A9%2Ewebm"));

    let removed = world.call("DELETE", &place, &editor, None).await.expect(200).json;
    assert_eq!(removed, json!({"mails": 2, "notes": 1, "files": 1, "talks": 1}));
    assert!(waiting().await.is_empty());
    world.get(&place, &editor).await.expect(404);
    world.get(&file, &editor).await.expect(404);
    page(&world, &links[0]).await.expect(404);
}
