use crate::World;
use serde_json::json;
use sillage_catalog::{BookedTalk, Catalog, CatalogError, InterviewLink, NewInterview, NewInterviewStudy, StudyStatus};
use sillage_event::ProjectId;

async fn study(catalog: &Catalog, project: ProjectId, host: &str) -> String {
    let new = NewInterviewStudy { title: "Sorting".into(), definition: json!({"n": 1}), host_email: host.into() };
    catalog.create_interview_study(project, &new, "ada").await.unwrap().id
}

async fn guest(catalog: &Catalog, project: ProjectId, study: &str, email: &str) -> Result<String, CatalogError> {
    let id = Catalog::new_interview_id();
    let new = NewInterview { email: email.into(), source: "pasted".into(), ..NewInterview::default() };
    catalog.add_interview(project, study, &id, &new, "ada", |_| Vec::new()).await.map(|made| made.id)
}

#[tokio::test]
async fn one_time_is_one_talk_whoever_asks_at_the_same_moment() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let own = study(catalog, project, "Ada@shop.example ").await;
    let other = study(catalog, project, "ada@shop.example").await;
    let mut guests = Vec::new();
    for i in 0..8 {
        let of = if i % 2 == 0 { &own } else { &other };
        guests.push(guest(catalog, project, of, &format!("g{i}@example.org")).await.unwrap());
    }
    let talk = BookedTalk { starts_at: 1_760_100_000_000, ends_at: 1_760_101_800_000 };
    // Two studies of one host share their talks.
    let is_free = move |taken: &[BookedTalk]| taken.iter().all(|one| one.ends_at <= talk.starts_at || talk.ends_at <= one.starts_at);
    let tries = guests.iter().map(|id| catalog.book_interview(id, talk, "UTC", is_free, |_| Vec::new()));
    let outcomes = futures::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(CatalogError::Taken { what: "time" }))));
    // The tables themselves refuse a time twice, whatever the check says.
    let blind = guests.iter().step_by(2).map(|id| catalog.book_interview(id, talk, "UTC", |_| true, |_| Vec::new()));
    let booked = futures::future::join_all(blind).await.into_iter().filter(Result::is_ok).count();
    assert!(booked <= 1, "{booked}");
    let world = world.reopened().await;
    let talks = world.catalog.talks_of_interview_host(&own, "").await.unwrap();
    assert!(!talks.is_empty() && talks.iter().all(|one| *one == talk));
}

#[tokio::test]
async fn links_open_what_they_were_made_for() {
    let world = World::new().await;
    let catalog = &world.catalog;
    let links = [InterviewLink::Recruit { study: "a".into() }, InterviewLink::Personal { participant: "a".into() }];
    let tokens = [catalog.interview_token(&links[0]).await.unwrap(), catalog.interview_token(&links[1]).await.unwrap()];
    assert_ne!(tokens[0], tokens[1]);
    for (link, token) in links.iter().zip(&tokens) {
        assert_eq!(catalog.interview_link(token).await.unwrap().as_ref(), Some(link));
        assert_eq!(catalog.interview_link(&token[..token.len() - 2]).await.unwrap(), None);
    }
}

#[tokio::test]
async fn consents_have_versions_and_other_projects_see_nothing() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let id = study(catalog, own, "").await;
    let (first, second) = (json!({"text": "a"}), json!({"text": "b"}));
    for (consent, version) in [(&first, 1), (&first, 1), (&second, 2)] {
        let study = catalog.set_interview_study_status(own, &id, StudyStatus::Open, Some(consent), "ada").await.unwrap();
        assert_eq!(study.consent_version, version);
    }
    assert_eq!(catalog.interview_consents(own, &id).await.unwrap().iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    let guest_id = guest(catalog, own, &id, "g@example.org").await.unwrap();
    assert!(matches!(guest(catalog, own, &id, "G@example.org").await, Err(CatalogError::Taken { .. })));
    assert!(matches!(guest(catalog, own, &id, "no address").await, Err(CatalogError::Invalid { field: "email", .. })));
    assert!(catalog.interview_studies(other).await.unwrap().is_empty());
    assert!(matches!(catalog.interview_study(other, &id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.interview(other, &id, &guest_id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_interview(other, &id, &guest_id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_interview_study(other, &id).await, Err(CatalogError::NotFound)));
    assert!(catalog.interview_consents(other, &id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_deleted_study_leaves_no_file_behind() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let id = study(catalog, project, "").await;
    let guest = guest(catalog, project, &id, "g@example.org").await.unwrap();
    let bytes = |text: &str| futures::stream::iter([Ok::<_, String>(text.as_bytes().to_vec())]);
    catalog.keep_interview_file(&guest, "transcript", "a.txt", "ada", bytes("hello")).await.unwrap();
    let broken = futures::stream::iter([Ok(b"x".to_vec()), Err("gone")]);
    assert!(matches!(catalog.keep_interview_file(&guest, "other", "b.txt", "ada", broken).await, Err(CatalogError::Invalid { field: "file", .. })));
    for (kind, name) in [("film", "a"), ("other", "../a"), ("other", ""), ("other", "a\nb")] {
        assert!(catalog.keep_interview_file(&guest, kind, name, "ada", bytes("x")).await.is_err(), "{kind} {name:?}");
    }
    let folder = world.folder.path().join("interviews");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let copy = tempfile::tempdir().unwrap();
    catalog.copy_interview_files(copy.path()).await.unwrap();
    catalog.delete_interview_study(project, &id).await.unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(copy.path().join("interviews")).unwrap().count(), 1);
}
