use crate::World;
use serde_json::json;
use sillage_catalog::NewAuditEntry;

#[tokio::test]
async fn a_changed_or_removed_entry_breaks_the_chain() {
    let world = World::new().await;
    let project = world.project("One").await;
    for n in 0..5 {
        let entry = NewAuditEntry { actor: "user:x", project: Some(project.id), action: "report.delete", object: &n.to_string(), details: json!({"name": n}) };
        world.catalog.record(entry).await.unwrap();
    }
    let latest = world.catalog.audit(Some(project.id), None, 2).await.unwrap();
    assert_eq!(latest.iter().map(|entry| entry.object.as_str()).collect::<Vec<_>>(), ["4", "3"]);
    assert_eq!(world.catalog.audit(Some(project.id), Some(latest[1].position), 10).await.unwrap().len(), 3);
    assert_eq!(world.catalog.audit_break().await.unwrap(), None);
    assert_eq!(world.catalog.damage().await.unwrap(), None);

    let path = world.folder.path().join("catalog.sqlite");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    sqlx::query("update audit set actor = 'user:y' where position = 3").execute(&pool).await.unwrap();
    assert_eq!(world.catalog.audit_break().await.unwrap(), Some(3));
    assert_eq!(world.catalog.damage().await.unwrap().unwrap(), "the audit log was changed at entry 3");
    sqlx::query("update audit set actor = 'user:x' where position = 3").execute(&pool).await.unwrap();
    sqlx::query("delete from audit where position = 2").execute(&pool).await.unwrap();
    assert_eq!(world.catalog.audit_break().await.unwrap(), Some(2));
}
