use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, NewUserTest, NewUserTestNote, SurveyStatus};

fn new(name: &str, n: u32) -> NewUserTest {
    NewUserTest { name: name.into(), definition: json!({"n": n}) }
}

fn note(participant: &str, text: &str) -> NewUserTestNote {
    NewUserTestNote { participant: participant.into(), task: Some("lamp".into()), text: text.into(), tags: vec!["search".into()] }
}

#[tokio::test]
async fn a_link_leads_to_what_was_published_while_it_runs() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let test = catalog.create_user_test(project, &new(" Lamp ", 1), "ada").await.unwrap();
    assert_eq!((test.name.as_str(), test.status, test.version, test.code.len()), ("Lamp", SurveyStatus::Draft, 0, 12));
    assert_ne!(catalog.create_user_test(project, &new("Lamp", 1), "ada").await.unwrap().code, test.code);
    assert!(catalog.running_user_test(&test.code).await.unwrap().is_none());
    assert_eq!(catalog.stop_user_test(project, &test.id, SurveyStatus::Closed).await.unwrap().status, SurveyStatus::Draft);

    assert_eq!(catalog.publish_user_test(project, &test.id, "ada").await.unwrap().version, 1);
    catalog.change_user_test(project, &test.id, &new("Lamp", 2)).await.unwrap();
    let running = catalog.running_user_test(&test.code).await.unwrap().unwrap();
    assert_eq!((running.project, running.version, running.definition), (project, 1, json!({"n": 1})));
    assert_eq!(catalog.publish_user_test(project, &test.id, "bob").await.unwrap().version, 2);
    assert_eq!(catalog.publish_user_test(project, &test.id, "bob").await.unwrap().version, 2);
    assert_eq!(catalog.user_test_versions(project, &test.id).await.unwrap().len(), 2);
    for status in [SurveyStatus::Paused, SurveyStatus::Closed] {
        catalog.stop_user_test(project, &test.id, status).await.unwrap();
        assert!(catalog.running_user_test(&test.code).await.unwrap().is_none());
    }
    let world = world.reopened().await;
    assert_eq!(world.catalog.user_test(project, &test.id).await.unwrap().status, SurveyStatus::Closed);
}

#[tokio::test]
async fn notes_belong_to_a_participant_and_go_with_the_test() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let test = catalog.create_user_test(project, &new("Lamp", 1), "ada").await.unwrap();
    let first = catalog.add_user_test_note(project, &test.id, &note("p1", "Looked for the search"), "ada").await.unwrap();
    catalog.add_user_test_note(project, &test.id, &note("p2", "Read everything"), "bob").await.unwrap();
    let notes = catalog.user_test_notes(project, &test.id).await.unwrap();
    assert_eq!(notes.iter().map(|one| (one.note.participant.as_str(), one.author.as_str())).collect::<Vec<_>>(), [("p1", "ada"), ("p2", "bob")]);
    assert_eq!(notes[0].note, note("p1", "Looked for the search"));
    assert!(matches!(catalog.add_user_test_note(project, &test.id, &note("p1", " "), "ada").await, Err(CatalogError::Invalid { field: "text", .. })));
    assert!(matches!(catalog.add_user_test_note(project, &test.id, &note("", "x"), "ada").await, Err(CatalogError::Invalid { field: "participant", .. })));
    catalog.delete_user_test_note(project, &test.id, &first.id).await.unwrap();
    assert!(matches!(catalog.delete_user_test_note(project, &test.id, &first.id).await, Err(CatalogError::NotFound)));
    catalog.delete_user_test(project, &test.id).await.unwrap();
    assert!(catalog.user_test_notes(project, &test.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn tests_of_another_project_are_not_there() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let test = catalog.create_user_test(own, &new("Lamp", 1), "ada").await.unwrap();
    catalog.publish_user_test(own, &test.id, "ada").await.unwrap();
    let kept = catalog.add_user_test_note(own, &test.id, &note("p1", "x"), "ada").await.unwrap();
    assert!(catalog.user_tests(other).await.unwrap().is_empty() && catalog.user_test_notes(other, &test.id).await.unwrap().is_empty());
    assert!(matches!(catalog.user_test(other, &test.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.change_user_test(other, &test.id, &new("Mine", 2)).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.publish_user_test(other, &test.id, "eve").await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.add_user_test_note(other, &test.id, &note("p1", "x"), "eve").await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_user_test_note(other, &test.id, &kept.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_user_test(other, &test.id).await, Err(CatalogError::NotFound)));
    assert!(catalog.user_test_versions(other, &test.id).await.unwrap().is_empty());
    assert_eq!(catalog.user_test_notes(own, &test.id).await.unwrap().len(), 1);
}
