use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, DefinitionKind, Delivery, Judgement, NewAlertEvent, NewDefinition, NewPost, NewSurvey};
use sillage_event::ProjectId;

async fn alert(world: &World, project: ProjectId) -> String {
    let new = NewDefinition { name: "Orders".into(), definition: json!({"metric": "m"}) };
    let made = world.catalog.create_definition(project, DefinitionKind::Alert, &new, "ada").await.unwrap();
    world.catalog.watch_alert(project, &made.id, true).await.unwrap();
    made.id
}

fn fired(world: &World, alert: &str) -> Judgement {
    let post = NewPost { kind: "alert", about: alert.into(), url: "https://hooks.example/".into(), secret: "s".into(), body: "{}".into(), not_before: None };
    Judgement {
        next_at: world.now_ms() + 1_000,
        judged: Some(5),
        is_firing: Some(true),
        event: Some(NewAlertEvent { kind: "fired", details: json!({"value": 3}) }),
        posts: vec![post],
        ..Judgement::default()
    }
}

#[tokio::test]
async fn an_alert_is_due_judged_and_told_of_once() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let id = alert(&world, project).await;
    let [due] = &world.catalog.due_alerts(10).await.unwrap()[..] else { panic!("one is due") };
    world.catalog.judge_alert(due, &fired(&world, &id)).await.unwrap();
    // Somebody else looked at the same moment: it is told of once.
    world.catalog.judge_alert(due, &fired(&world, &id)).await.unwrap();
    assert_eq!(world.catalog.alert_events(project, Some(&id), 10).await.unwrap().len(), 1);
    assert_eq!(world.catalog.due_posts(10).await.unwrap().len(), 1);
    assert!(world.catalog.due_alerts(10).await.unwrap().is_empty());
    world.wait_ms(1_000);
    let world = world.reopened().await;
    let [due] = &world.catalog.due_alerts(10).await.unwrap()[..] else { panic!("it is due again") };
    assert_eq!((due.state.judged, due.state.is_firing), (Some(5), true));

    // Changed meanwhile, it begins anew, and what was found of it as it was is dropped.
    world.wait_ms(1);
    world.catalog.watch_alert(project, &id, true).await.unwrap();
    world.catalog.judge_alert(due, &fired(&world, &id)).await.unwrap();
    let state = world.catalog.alert_state(project, &id).await.unwrap();
    assert_eq!((state.judged, state.is_firing, state.secret.as_str()), (None, false, due.state.secret.as_str()));
    assert_eq!(world.catalog.alert_events(project, None, 10).await.unwrap().len(), 1);

    world.catalog.watch_alert(project, &id, false).await.unwrap();
    assert!(world.catalog.due_alerts(10).await.unwrap().is_empty());
    let other = world.project("Other").await.id;
    assert!(matches!(world.catalog.alert_state(other, &id).await, Err(CatalogError::NotFound)));
    world.catalog.delete_definition(project, DefinitionKind::Alert, &id).await.unwrap();
    world.catalog.forget_alert_deliveries(project, &id).await.unwrap();
    assert!(matches!(world.catalog.alert_state(project, &id).await, Err(CatalogError::NotFound)));
    assert!(world.catalog.alert_events(project, None, 10).await.unwrap().is_empty() && world.catalog.due_posts(10).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_waited_to_be_posted_before_there_were_alerts_still_waits() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let survey = world.catalog.create_survey(project, &NewSurvey { name: "Ease".into(), definition: json!({}) }, "ada").await.unwrap().id;
    world.catalog.close().await;
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", world.folder.path().join("catalog.sqlite").display())).await.unwrap();
    let before = include_str!("../../migrations/0009_mail_and_pages.sql");
    let table = &before[before.find("create table posts").unwrap()..];
    let go_back = format!(
        "drop table posts; drop table alert_events; drop table alert_states; drop table annotations; delete from _sqlx_migrations where version = 18; {table}
         insert into posts values ('p1', {}, '{survey}', 'https://hooks.example/', 'secret', '{{}}', 'waiting', 1, 9000000000000, 2, 'it answers 500', 1, null);",
        project.0
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(go_back)).execute(&pool).await.unwrap();
    pool.close().await;
    let world = world.reopened().await;
    let [post] = &world.catalog.due_posts(10).await.unwrap()[..] else { panic!("it waits") };
    assert_eq!((post.kind.as_str(), &post.about, post.status, post.attempts), ("survey", &survey, Delivery::Waiting, 2));
    assert_eq!(world.catalog.latest_posts(project, &survey, 10).await.unwrap().len(), 1);
    world.catalog.delete_survey(project, &survey).await.unwrap();
    assert!(world.catalog.due_posts(10).await.unwrap().is_empty());
}
