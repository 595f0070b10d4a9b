use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, DefinitionKind, NewDefinition};

fn new(name: &str, n: u32) -> NewDefinition {
    NewDefinition { name: name.into(), definition: json!({"n": n}) }
}

#[tokio::test]
async fn a_change_is_a_version_and_only_of_what_was_seen() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let (catalog, kind) = (&world.catalog, DefinitionKind::Board);
    let made = catalog.create_definition(project, kind, &new(" Team ", 1), "ada").await.unwrap();
    assert_eq!((made.name.as_str(), made.version, made.updated_by.as_str()), ("Team", 1, "ada"));
    let changed = catalog.change_definition(project, kind, &made.id, Some(1), &new("Team", 2), "bob").await.unwrap();
    assert_eq!((changed.version, changed.created_by.as_str(), changed.updated_by.as_str(), &changed.definition), (2, "ada", "bob", &json!({"n": 2})));
    let late = catalog.change_definition(project, kind, &made.id, Some(1), &new("Mine", 3), "eve").await;
    assert!(matches!(late, Err(CatalogError::Changed { what: "board" })), "{late:?}");
    catalog.change_definition(project, kind, &made.id, None, &new("Mine", 3), "eve").await.unwrap();
    let versions = catalog.definition_versions(project, kind, &made.id).await.unwrap();
    let told: Vec<_> = versions.iter().map(|one| (one.version, one.name.as_str(), one.created_by.as_str())).collect();
    assert_eq!(told, [(3, "Mine", "eve"), (2, "Team", "bob"), (1, "Team", "ada")]);
    catalog.delete_definition(project, kind, &made.id).await.unwrap();
    assert!(catalog.definition_versions(project, kind, &made.id).await.unwrap().is_empty());
    assert!(matches!(catalog.delete_definition(project, kind, &made.id).await, Err(CatalogError::NotFound)));
}

#[tokio::test]
async fn they_are_those_of_their_project_and_kind() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let made = catalog.create_definition(own, DefinitionKind::Metric, &new("Orders", 1), "ada").await.unwrap();
    for (project, kind) in [(other, DefinitionKind::Metric), (own, DefinitionKind::Board)] {
        assert!(catalog.definitions(project, kind).await.unwrap().is_empty());
        assert!(matches!(catalog.definition(project, kind, &made.id).await, Err(CatalogError::NotFound)));
        assert!(matches!(catalog.change_definition(project, kind, &made.id, None, &new("Mine", 2), "eve").await, Err(CatalogError::NotFound)));
        assert!(matches!(catalog.delete_definition(project, kind, &made.id).await, Err(CatalogError::NotFound)));
        assert!(catalog.definition_versions(project, kind, &made.id).await.unwrap().is_empty());
    }
    assert_eq!(catalog.definitions(own, DefinitionKind::Metric).await.unwrap(), [made]);
    for (name, field) in [(" ", "name"), ("a\nb", "name"), ("x".repeat(201).as_str(), "name")] {
        let refused = catalog.create_definition(own, DefinitionKind::Board, &new(name, 1), "ada").await;
        assert!(matches!(refused, Err(CatalogError::Invalid { field: at, .. }) if at == field), "{refused:?}");
    }
    for n in 0..200 {
        catalog.create_definition(own, DefinitionKind::Board, &new(&format!("Board {n}"), n), "ada").await.unwrap();
    }
    assert!(matches!(catalog.create_definition(own, DefinitionKind::Board, &new("More", 1), "ada").await, Err(CatalogError::Invalid { field: "name", .. })));
}
