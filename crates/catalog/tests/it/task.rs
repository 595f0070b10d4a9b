use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, NewTask};

fn new(name: &str, n: u32) -> NewTask {
    NewTask { name: name.into(), owner: " Ada ".into(), definition: json!({"n": n}) }
}

#[tokio::test]
async fn another_definition_is_another_version() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let task = catalog.create_task(project, &new(" Buy ", 1), "ada").await.unwrap();
    assert_eq!((task.name.as_str(), task.owner.as_str(), task.version), ("Buy", "Ada", 1));
    // A new name is none.
    assert_eq!(catalog.change_task(project, &task.id, &new("Buy a lamp", 1), "bob").await.unwrap().version, 1);
    let changed = catalog.change_task(project, &task.id, &new("Buy a lamp", 2), "bob").await.unwrap();
    assert_eq!((changed.name.as_str(), changed.version, &changed.definition), ("Buy a lamp", 2, &json!({"n": 2})));
    let versions = catalog.task_versions(project, &task.id).await.unwrap();
    let told: Vec<_> = versions.iter().map(|one| (one.version, one.created_by.as_str(), one.definition.clone())).collect();
    assert_eq!(told, [(2, "bob", json!({"n": 2})), (1, "ada", json!({"n": 1}))]);
    catalog.delete_task(project, &task.id).await.unwrap();
    assert!(catalog.tasks(project).await.unwrap().is_empty() && catalog.task_versions(project, &task.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn tasks_are_those_of_their_project_and_fifty_at_most() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let task = catalog.create_task(own, &new("Buy", 1), "ada").await.unwrap();
    assert!(catalog.tasks(other).await.unwrap().is_empty());
    assert!(matches!(catalog.task(other, &task.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.change_task(other, &task.id, &new("Mine", 2), "eve").await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_task(other, &task.id).await, Err(CatalogError::NotFound)));
    assert!(catalog.task_versions(other, &task.id).await.unwrap().is_empty());
    for n in 1..50 {
        catalog.create_task(own, &new(&format!("Task {n}"), n), "ada").await.unwrap();
    }
    let refused = catalog.create_task(own, &new("One more", 1), "ada").await.unwrap_err();
    assert!(refused.to_string().contains("at most 50 tasks"), "{refused}");
    assert!(catalog.create_task(other, &new(" ", 1), "ada").await.is_err());
}
