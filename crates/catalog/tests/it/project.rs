use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, NewProject, NewReport, ProjectChange, WeekStart};
use sillage_event::ProjectId;

#[tokio::test]
async fn a_project_has_an_id_a_zone_and_a_write_key_of_its_own() {
    let world = World::new().await;
    let (one, two) = (world.project("One").await, world.project("Two").await);
    assert_eq!((one.id, two.id), (ProjectId(1), ProjectId(2)));
    assert_ne!(one.write_key, two.write_key);
    assert_eq!(world.catalog.project_of_write_key(&two.write_key).await.unwrap(), Some(two.id));
    assert_eq!(world.catalog.project_of_write_key("wk_guess").await.unwrap(), None);
    assert!(matches!(world.catalog.project(ProjectId(3)).await, Err(CatalogError::NotFound)));
    let bad = NewProject { name: "Three".into(), timezone: "Mars/Olympus".into() };
    assert!(matches!(world.catalog.create_project(&bad).await, Err(CatalogError::Invalid { field: "timezone", .. })));
}

#[tokio::test]
async fn what_is_not_named_in_a_change_stays() {
    let world = World::new().await;
    let project = world.project("One").await;
    let change = ProjectChange { week_start: Some(WeekStart::Sunday), session_timeout_minutes: Some(45), ..ProjectChange::default() };
    let changed = world.catalog.update_project(project.id, &change).await.unwrap();
    assert_eq!((changed.week_start, changed.session_timeout_minutes, changed.name.as_str()), (WeekStart::Sunday, 45, "One"));
    let bad = ProjectChange { session_timeout_minutes: Some(0), ..ProjectChange::default() };
    assert!(matches!(world.catalog.update_project(project.id, &bad).await, Err(CatalogError::Invalid { field: "session_timeout_minutes", .. })));
}

#[tokio::test]
async fn a_replaced_write_key_works_a_week_more() {
    let world = World::new().await;
    let project = world.project("One").await;
    let rotated = world.catalog.rotate_write_key(project.id).await.unwrap();
    assert_ne!(rotated.write_key, project.write_key);
    world.wait_ms(6 * 86_400_000);
    assert_eq!(world.catalog.project_of_write_key(&project.write_key).await.unwrap(), Some(project.id));
    world.wait_ms(2 * 86_400_000);
    assert_eq!(world.catalog.project_of_write_key(&project.write_key).await.unwrap(), None);
    assert_eq!(world.catalog.project_of_write_key(&rotated.write_key).await.unwrap(), Some(project.id));
}

#[tokio::test]
async fn reports_are_kept_per_project() {
    let world = World::new().await;
    let (one, two) = (world.project("One").await, world.project("Two").await);
    let new = NewReport { name: "Sign-ups; drop table reports".into(), kind: "trend".into(), question: json!({"kind": "trend"}), view: json!({}) };
    let report = world.catalog.create_report(one.id, &new, "user:x").await.unwrap();
    assert_eq!(world.catalog.reports(two.id).await.unwrap(), vec![]);
    assert!(matches!(world.catalog.report(two.id, &report.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(world.catalog.update_report(two.id, &report.id, &new).await, Err(CatalogError::NotFound)));
    assert!(matches!(world.catalog.delete_report(two.id, &report.id).await, Err(CatalogError::NotFound)));

    world.wait_ms(5);
    let renamed = NewReport { name: "Sign-ups".into(), ..new };
    let updated = world.catalog.update_report(one.id, &report.id, &renamed).await.unwrap();
    assert_eq!((updated.name.as_str(), updated.updated_at - updated.created_at), ("Sign-ups", 5));
    world.catalog.delete_report(one.id, &report.id).await.unwrap();
    assert_eq!(world.catalog.reports(one.id).await.unwrap(), vec![]);
}

#[tokio::test]
async fn a_setting_is_read_back() {
    let world = World::new().await;
    assert_eq!(world.catalog.setting("public_url").await.unwrap(), None);
    world.catalog.set_setting("public_url", "https://one.example").await.unwrap();
    world.catalog.set_setting("public_url", "https://two.example").await.unwrap();
    assert_eq!(world.reopened().await.catalog.setting("public_url").await.unwrap().as_deref(), Some("https://two.example"));
}
