use crate::World;
use serde_json::json;
use sillage_catalog::{CatalogError, NewSurvey, SurveyStatus};

fn new(name: &str, n: u32) -> NewSurvey {
    NewSurvey { name: name.into(), definition: json!({"n": n}) }
}

#[tokio::test]
async fn what_is_shown_changes_only_when_it_is_published() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    let catalog = &world.catalog;
    let draft = catalog.create_survey(project, &new(" Ease ", 1), "ada").await.unwrap();
    assert_eq!((draft.name.as_str(), draft.status, draft.version), ("Ease", SurveyStatus::Draft, 0));
    assert!(catalog.running_surveys(project).await.unwrap().is_empty());
    // A draft that nobody was shown cannot be paused.
    assert_eq!(catalog.stop_survey(project, &draft.id, SurveyStatus::Paused).await.unwrap().status, SurveyStatus::Draft);

    let published = catalog.publish_survey(project, &draft.id, "ada").await.unwrap();
    assert_eq!((published.status, published.version), (SurveyStatus::Running, 1));
    world.wait_ms(1000);
    catalog.change_survey(project, &draft.id, &new("Ease", 2)).await.unwrap();
    assert_eq!(catalog.running_surveys(project).await.unwrap()[0].definition, json!({"n": 1}));
    assert_eq!(catalog.publish_survey(project, &draft.id, "bob").await.unwrap().version, 2);
    // Nothing changed: the same version.
    assert_eq!(catalog.publish_survey(project, &draft.id, "bob").await.unwrap().version, 2);
    let running = catalog.running_surveys(project).await.unwrap();
    assert_eq!((running.len(), running[0].version, &running[0].definition), (1, 2, &json!({"n": 2})));
    let versions = catalog.survey_versions(project, &draft.id).await.unwrap();
    assert_eq!(versions.iter().map(|one| (one.version, one.created_by.as_str())).collect::<Vec<_>>(), [(2, "bob"), (1, "ada")]);

    catalog.stop_survey(project, &draft.id, SurveyStatus::Paused).await.unwrap();
    assert!(catalog.running_surveys(project).await.unwrap().is_empty());
    let world = world.reopened().await;
    assert_eq!(world.catalog.survey(project, &draft.id).await.unwrap().status, SurveyStatus::Paused);
}

#[tokio::test]
async fn surveys_of_another_project_are_not_there() {
    let world = World::new().await;
    let (own, other) = (world.project("Shop").await.id, world.project("Blog").await.id);
    let catalog = &world.catalog;
    let survey = catalog.create_survey(own, &new("Ease", 1), "ada").await.unwrap();
    catalog.publish_survey(own, &survey.id, "ada").await.unwrap();
    assert!(catalog.surveys(other).await.unwrap().is_empty() && catalog.running_surveys(other).await.unwrap().is_empty());
    assert!(matches!(catalog.survey(other, &survey.id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.change_survey(other, &survey.id, &new("Mine", 2)).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.publish_survey(other, &survey.id, "eve").await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.delete_survey(other, &survey.id).await, Err(CatalogError::NotFound)));
    assert!(catalog.survey_versions(other, &survey.id).await.unwrap().is_empty());
    assert_eq!(catalog.survey_versions(own, &survey.id).await.unwrap().len(), 1);
    catalog.delete_survey(own, &survey.id).await.unwrap();
    assert!(catalog.surveys(own).await.unwrap().is_empty());
}

#[tokio::test]
async fn names_and_sizes_have_bounds() {
    let world = World::new().await;
    let project = world.project("Shop").await.id;
    for name in ["", "  ", &"x".repeat(201), "a\nb"] {
        assert!(matches!(world.catalog.create_survey(project, &new(name, 1), "ada").await, Err(CatalogError::Invalid { field: "name", .. })), "{name:?}");
    }
    let large = NewSurvey { name: "Large".into(), definition: json!("x".repeat(600_000)) };
    assert!(matches!(world.catalog.create_survey(project, &large, "ada").await, Err(CatalogError::Invalid { field: "definition", .. })));
}

#[tokio::test]
async fn corrections_of_themes_keep_their_order_and_go_with_their_survey() {
    let world = World::new().await;
    let (shop, other) = (world.project("Shop").await.id, world.project("Other").await.id);
    let catalog = &world.catalog;
    let survey = catalog.create_survey(shop, &new("Ease", 1), "ada").await.unwrap().id;
    for name in ["Slow", "Waiting"] {
        catalog.add_theme_correction(shop, &survey, "why", &json!({"name": name}), "ada").await.unwrap();
    }
    let world = world.reopened().await;
    let catalog = &world.catalog;
    let kept = catalog.theme_corrections(shop, &survey, "why").await.unwrap();
    assert_eq!(kept.iter().map(|one| &one.correction["name"]).collect::<Vec<_>>(), ["Slow", "Waiting"]);
    assert!(catalog.theme_corrections(shop, &survey, "words").await.unwrap().is_empty());
    // From another project they are not there.
    assert!(catalog.theme_corrections(other, &survey, "why").await.unwrap().is_empty());
    assert!(matches!(catalog.remove_theme_correction(other, &survey, kept[0].id).await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.add_theme_correction(other, &survey, "why", &json!({}), "eve").await, Err(CatalogError::NotFound)));
    assert!(matches!(catalog.add_theme_correction(shop, &survey, "why", &json!({"name": "x".repeat(20_000)}), "ada").await, Err(CatalogError::Invalid { .. })));
    assert_eq!(catalog.remove_theme_correction(shop, &survey, kept[0].id).await.unwrap(), "why");
    assert_eq!(catalog.theme_corrections(shop, &survey, "why").await.unwrap().len(), 1);
    catalog.delete_survey(shop, &survey).await.unwrap();
    assert!(catalog.theme_corrections(shop, &survey, "why").await.unwrap().is_empty());
}
